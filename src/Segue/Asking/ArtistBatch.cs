using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Segue.Catalogue;
using Segue.Interactions;
using Segue.ModelFiles;
using Segue.Numerics;
using Segue.Recommending;

namespace Segue.Asking;

/// <summary>Artists for many listeners of the training data.</summary>
public sealed record ArtistBatchRequest
{
    /// <summary>Their ids; null for all of them.</summary>
    public IReadOnlyList<string>? Users { get; init; }

    /// <summary>What is asked for each of them; its own listener is nobody.</summary>
    public ArtistRequest Each { get; init; } = new();

    /// <summary>0 for one a processor. The answer does not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>Every fault of the request; empty when it can be asked.</summary>
    public IReadOnlyList<RequestFault> Validate() =>
    [
        .. Each.Validate(),
        .. Check.AtLeast("threads", Threads, 0),
        .. Each.For.IsKnown ? [new RequestFault("for", "is a listener, but the batch names its own", "nobody")] : Check.Fine,
    ];
}

/// <summary>Some listeners' answers of a batch.</summary>
/// <param name="Done">Listeners answered with these and before.</param>
/// <param name="Of">Listeners in all.</param>
/// <param name="JsonLines">A line of JSON a listener, in UTF-8: <c>for</c> and <c>items</c> as in an answer for one, without reasons.</param>
public sealed record ArtistBatchPart(int Done, int Of, ReadOnlyMemory<byte> JsonLines);

/// <content>Artists for many listeners at once.</content>
public sealed partial class Recommender
{
    /// <summary>Whole blocks of <see cref="TopK"/>, and a megabyte or two of text.</summary>
    private const int ListenersAPart = 42 * TopK.BlockQueries;

    /// <summary>Artists for many listeners, part by part as they are made. The order is that of the request, or of the plays.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellationToken">Ends the work within a part.</param>
    /// <exception cref="InvalidRequestException">The request cannot be asked.</exception>
    /// <exception cref="ModelNotFoundException">There is no taste model, or no database of songs although songs are filtered.</exception>
    /// <exception cref="UnknownNameException">A listener, artist or genre that is not there: before the first part.</exception>
    /// <exception cref="SegueException">The model is damaged.</exception>
    public IEnumerable<ArtistBatchPart> RecommendArtistsToMany(ArtistBatchRequest request, CancellationToken cancellationToken = default)
    {
        Check.ThrowIfAny(request.Validate());
        return Parts();

        IEnumerable<ArtistBatchPart> Parts()
        {
            using Lease<LoadedModels> lease = Acquire();
            TasteModel taste = lease.Value.Taste;
            Plays plays = taste.Plays;
            int[] users = request.Users is { } ids ? [.. ids.Select(plays.ResolveUser)] : [.. Enumerable.Range(0, plays.UserIds.Count)];
            ArtistOptions options = new()
            {
                Count = request.Each.Count,
                ExcludeHeard = request.Each.ExcludeHeard,
                Allowed = Allowed(request.Each, lease.Value),
            };
            ArtistLines lines = new(plays.UserIds, plays.Artists);
            for (int from = 0; from < users.Length; from += ListenersAPart)
            {
                ReadOnlyMemory<int> part = users.AsMemory(from, Math.Min(ListenersAPart, users.Length - from));
                Ragged<Scored> best = ArtistRecommender.BestOfMany(taste.Model, plays, part, options, request.Threads, cancellationToken);
                yield return new ArtistBatchPart(from + part.Length, users.Length, lines.Of(part, best, request.Threads));
            }
        }
    }
}

/// <summary>Writes answers of a batch. The parts that say who an artist is are made once: those who are recommended are few, and often.</summary>
internal sealed class ArtistLines(TextColumn users, Artists artists)
{
    private const int ListenersAPiece = 256, BytesAListener = 1024;

    private readonly byte[]?[] _artists = new byte[artists.Count][];

    /// <param name="best">One list a listener.</param>
    public ReadOnlyMemory<byte> Of(ReadOnlyMemory<int> listeners, Ragged<Scored> best, int threads)
    {
        ArrayBufferWriter<byte>[] pieces = new ArrayBufferWriter<byte>[(listeners.Length + ListenersAPiece - 1) / ListenersAPiece];
        ParallelOptions options = new() { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount };
        Parallel.For(0, pieces.Length, options, p =>
        {
            ArrayBufferWriter<byte> text = new(ListenersAPiece * BytesAListener);
            for (int n = p * ListenersAPiece; n < Math.Min(listeners.Length, (p + 1) * ListenersAPiece); n++)
                Write(listeners.Span[n], best[n], text);
            pieces[p] = text;
        });
        byte[] all = new byte[pieces.Sum(p => p.WrittenCount)];
        int at = 0;
        foreach (ArrayBufferWriter<byte> piece in pieces)
        {
            piece.WrittenSpan.CopyTo(all.AsSpan(at));
            at += piece.WrittenCount;
        }

        return all;
    }

    private void Write(int listener, ReadOnlySpan<Scored> best, ArrayBufferWriter<byte> text)
    {
        text.Write("{\"for\":{\"user\":\""u8);
        text.Write(Encoded(users[listener]));
        text.Write("\"},\"items\":["u8);
        for (int n = 0; n < best.Length; n++)
        {
            text.Write(n == 0 ? "{\"rank\":"u8 : ",{\"rank\":"u8);
            WriteNumber(n + 1, text);
            text.Write(_artists[best[n].Index] ??= ArtistOf(best[n].Index));
            WriteNumber(Rounded.To6(best[n].Score), text);
            text.Write("}"u8);
        }

        text.Write("]}\n"u8);
    }

    private byte[] ArtistOf(int artist) =>
        [.. ",\"artistId\":\""u8, .. Encoded(artists.Ids[artist]), .. "\",\"artist\":\""u8, .. Encoded(artists.Names[artist]), .. "\",\"score\":"u8];

    private static ReadOnlySpan<byte> Encoded(string text) =>
        JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;

    private static void WriteNumber(double value, ArrayBufferWriter<byte> text)
    {
        const int DigitsMax = 32;
        Utf8Formatter.TryFormat(value, text.GetSpan(DigitsMax), out int written);
        text.Advance(written);
    }
}
