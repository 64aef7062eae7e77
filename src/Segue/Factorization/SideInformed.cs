using System.Numerics.Tensors;
using Segue.Interactions;

namespace Segue.Factorization;

/// <summary>How much side information counts; the defaults were found on validation parts of Last.fm-2K.</summary>
public sealed record SideOptions
{
    /// <summary>A tag on fewer artists says nothing about likeness.</summary>
    public int TagArtistsMin { get; init; } = 3;

    /// <summary>Mean confidence of a tag's cells in the training.</summary>
    public float TagConfidence { get; init; } = 0.5f;

    /// <summary>Weight of the likeness of tags beside the score of ALS.</summary>
    public float TagWeight { get; init; } = 0.12f;

    /// <summary>Weight of the share of friends who play an artist, from five known artists on.</summary>
    public float FriendWeight { get; init; } = 0.06f;
}

/// <summary>
/// ALS that also knows tags of artists and listeners' friends. Three things are added:
/// (1) tags train as extra rows beside the users, confidence ∝ log(1 + people who gave the tag) (<see cref="AlsSideRows"/>);
/// (2) score += weight · cosine of the listener's tags (the sum over their artists) and the artist's, each tag weighing log(1 + people) · idf. With
/// fewer than ten known artists that says less, so it fades in: nothing at one, 0.3 at five, 1 from ten on;
/// (3) score += weight · share of the listener's friends who play the artist; twice the weight at one known artist, falling to the weight at five.
/// An artist that nobody has played has a vector from its tags, and can be recommended.
/// </summary>
public sealed class SideInformed : ITasteModel
{
    private const int FadeFrom = 5, FadeTo = 10;
    private const float FadeMiddle = 0.3f;

    private readonly SideOptions _options;
    private readonly CsrMatrix? _tagsOf, _artistsOf, _friends;
    private readonly CsrMatrix _plays;
    private readonly string[] _tagNames;
    private readonly Dictionary<string, int> _userOf;

    private SideInformed(AlsModel als, CsrMatrix plays, SideInformation side, CsrMatrix? tagsOf, string[] tagNames, SideOptions options)
    {
        _tagNames = tagNames;
        (Als, _plays, _tagsOf, _artistsOf, _friends, _options) = (als, plays, tagsOf, tagsOf?.Transpose(), side.Friends, options);
        _userOf = [];
        for (int user = 0; user < side.UserIds.Count; user++)
            _userOf[side.UserIds[user]] = user;
    }

    public string Name => "als" + (_tagsOf is null ? "" : "+tags") + (_friends is null ? "" : "+friends");

    public int ArtistCount => Als.ArtistCount;

    /// <summary>The factorization behind it.</summary>
    public AlsModel Als { get; }

    /// <param name="plays">Users × artists; its rows are the side information's users.</param>
    public static SideInformed Train(CsrMatrix plays, SideInformation side, AlsOptions als, SideOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new SideOptions();
        if (side.UserIds.Count != plays.Rows)
            throw new SegueException($"the side information is about {side.UserIds.Count} users, but the plays have {plays.Rows}");
        (CsrMatrix? people, string[] names) = side.Taggings.Count == 0 ? (null, []) : side.People(plays.Columns, options.TagArtistsMin);
        AlsRun run = new() { TrackLoss = false, Side = people is null ? null : new AlsSideRows(Confidence(people, options.TagConfidence)) };
        AlsModel model = AlsTrainer.Train(plays, als, run, cancellation).Model;
        return new SideInformed(model, plays, side, people is null ? null : TagVectors(people), names, options);
    }

    /// <inheritdoc/>
    /// <remarks>Friends are found by <see cref="Profile.Name"/>, which for a user of the training is their id.</remarks>
    public void Score(Profile profile, Span<float> scores)
    {
        Als.Score(profile, scores);
        if (_tagsOf is not null && _artistsOf is not null)
            AddTags(profile, scores, _tagsOf, _artistsOf);
        if (_friends is not null && profile.Name is not null && _userOf.TryGetValue(profile.Name, out int user))
            AddFriends(_friends.RowIndices(user), _options.FriendWeight * (1 + Math.Clamp((FadeFrom - profile.Artists.Length) / (FadeFrom - 1f), 0, 1)), scores);
    }

    /// <summary>Why tags speak for an artist: the shared tags with what each adds to the score, most first. The parts add up to what tags add.</summary>
    public IReadOnlyList<(string Tag, float Part)> TagsBehind(Profile profile, int artist)
    {
        if (_tagsOf is null)
            return [];
        float[] tags = TagsOf(profile, _tagsOf);
        List<(string Tag, float Part)> parts = [];
        for (int k = 0; k < _tagsOf.RowLength(artist); k++)
        {
            int tag = _tagsOf.RowIndices(artist)[k];
            if (tags[tag] > 0)
                parts.Add((_tagNames[tag], tags[tag] * _tagsOf.RowValues(artist)[k]));
        }

        return [.. parts.OrderByDescending(p => p.Part)];
    }

    /// <summary>Adds the weighted cosine of the listener's tags and each artist's.</summary>
    private void AddTags(Profile profile, Span<float> scores, CsrMatrix tagsOf, CsrMatrix artistsOf)
    {
        float[] tags = TagsOf(profile, tagsOf);
        for (int tag = 0; tag < tags.Length; tag++)
        {
            for (int k = 0; k < artistsOf.RowLength(tag) && tags[tag] != 0; k++)
                scores[artistsOf.RowIndices(tag)[k]] += tags[tag] * artistsOf.RowValues(tag)[k];
        }
    }

    /// <summary>What each of the listener's tags adds to the score of an artist that carries it in full.</summary>
    private float[] TagsOf(Profile profile, CsrMatrix tagsOf)
    {
        float[] tags = new float[tagsOf.Columns];
        foreach (int artist in profile.Artists)
        {
            for (int k = 0; k < tagsOf.RowLength(artist); k++)
                tags[tagsOf.RowIndices(artist)[k]] += tagsOf.RowValues(artist)[k];
        }

        float norm = TensorPrimitives.Norm<float>(tags);
        if (norm == 0)
            return tags;
        int known = profile.Artists.Length;
        float fade = known <= FadeFrom
            ? FadeMiddle * (known - 1) / (FadeFrom - 1)
            : FadeMiddle + ((1 - FadeMiddle) * Math.Min(1, (known - FadeFrom) / (float)(FadeTo - FadeFrom)));
        TensorPrimitives.Multiply(tags, _options.TagWeight * fade / norm, tags);
        return tags;
    }

    private void AddFriends(ReadOnlySpan<int> friends, float weight, Span<float> scores)
    {
        foreach (int friend in friends)
        {
            foreach (int artist in _plays.RowIndices(friend))
                scores[artist] += weight / friends.Length;
        }
    }

    /// <summary>log(1 + people), scaled to the wanted mean.</summary>
    private static CsrMatrix Confidence(CsrMatrix people, float mean)
    {
        float[] values = people.Values.ToArray();
        TensorPrimitives.LogP1<float>(values, values);
        if (values.Length > 0)
            TensorPrimitives.Multiply(values, mean / TensorPrimitives.Average<float>(values), values);
        return people.WithValues(values);
    }

    /// <summary>Artists × tags: log(1 + people) · idf, each artist's vector of length 1.</summary>
    private static CsrMatrix TagVectors(CsrMatrix people)
    {
        CsrMatrix artists = people.Transpose();
        int tagged = Enumerable.Range(0, artists.Rows).Count(a => artists.RowLength(a) > 0);
        float[] values = artists.Values.ToArray();
        for (int artist = 0, at = 0; artist < artists.Rows; artist++)
        {
            Span<float> row = values.AsSpan(at, artists.RowLength(artist));
            for (int k = 0; k < row.Length; k++)
                row[k] = MathF.Log(1 + row[k]) * MathF.Log((1f + tagged) / people.RowLength(artists.RowIndices(artist)[k]));
            if (row.Length > 0)
                TensorPrimitives.Divide(row, Math.Max(TensorPrimitives.Norm<float>(row), 1e-12f), row);
            at += row.Length;
        }

        return artists.WithValues(values);
    }
}
