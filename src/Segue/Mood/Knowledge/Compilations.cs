using Segue.Catalogue;
using Segue.Mood.Concepts;

namespace Segue.Mood.Knowledge;

/// <summary>
/// Albums with songs of four or more main artists: lists that somebody made for a wish, and named after it ("Running Songs", "Sad Country Songs",
/// "Halloween Party"). A song is on a compilation in all its versions.
/// </summary>
internal sealed class Compilations
{
    public const int ArtistsMin = 4;

    // "rock" may not begin a word ("rocket"), "workout" may ("workouts").
    private const int BeginningLettersMin = 5;

    private static readonly Lazy<string[]> s_negators = new(() =>
    [
        .. Lexicon.Default.Languages.SelectMany(Lexicon.Default.EntriesOf).Where(e => e.Role == WordRole.Not).Select(e => $" {e.Phrase}").Distinct(),
    ]);

    private readonly string[] _spaced;
    private readonly bool[] _isChristmas;

    /// <param name="titles">The names of the compilations.</param>
    /// <param name="songs">The songs of each, as versions (<see cref="CatalogueFacts.VersionOf"/>).</param>
    public Compilations(TextColumn titles, Numerics.Ragged<int> songs)
    {
        (Titles, Songs) = (titles, songs);
        _spaced = [.. Enumerable.Range(0, titles.Count).Select(c => $" {WishTokens.Normalize(titles[c])} ")];
        Words christmas = IntruderTable.Default.WordsOf("christmas album");
        _isChristmas = [.. _spaced.Select(christmas.AnyIn)];
    }

    public TextColumn Titles { get; }

    public Numerics.Ragged<int> Songs { get; }

    public static Compilations Of(CatalogueFacts facts)
    {
        Tracks tracks = facts.Tracks;
        Dictionary<string, List<int>> albums = new(StringComparer.Ordinal);
        for (int t = 0; t < tracks.Count; t++)
        {
            string album = tracks.Albums[t];
            if (album.Length == 0)
                continue;
            if (!albums.TryGetValue(album, out List<int>? list))
                albums[album] = list = [];
            list.Add(t);
        }

        KeyValuePair<string, List<int>>[] found =
            [.. albums.Where(a => a.Value.Select(t => facts.MainArtist[t]).Distinct().Skip(ArtistsMin - 1).Any()).OrderBy(a => a.Value[0])];
        ReadOnlyMemory<int> versionOf = facts.VersionOf;
        return new Compilations(TextColumn.From(found.Select(a => a.Key)),
            Numerics.Ragged<int>.From(found.Select(a => (IReadOnlyList<int>)[.. a.Value.Select(t => versionOf.Span[t]).Distinct().Order()])));
    }

    /// <summary>The compilations whose title has one of the concept's phrases, and not as what they are not ("Christmas Time but Not Christmas");
    /// those of Christmas only where Christmas is asked for.</summary>
    public int[] For(Concept concept)
    {
        (string Whole, string? Beginning)[] phrases = [.. concept.Phrases.Select(p => ($" {p} ", p.Length >= BeginningLettersMin ? $" {p}" : null))];
        bool christmas = concept.Allows.HasFlag(Intruder.Christmas);
        return [.. Enumerable.Range(0, _spaced.Length).Where(c => (christmas || !_isChristmas[c])
            && phrases.Any(p => _spaced[c].Contains(p.Beginning ?? p.Whole, StringComparison.Ordinal))
            && !phrases.Any(p => s_negators.Value.Any(n => _spaced[c].Contains(n + p.Whole, StringComparison.Ordinal))))];
    }

    /// <summary>Whether a word stands in the title of one.</summary>
    public bool HasWord(string word) => _spaced.Any(t => t.Contains($" {word} ", StringComparison.Ordinal));
}
