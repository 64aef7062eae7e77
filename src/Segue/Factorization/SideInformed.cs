using System.Numerics.Tensors;
using Segue.Catalogue;
using Segue.Interactions;
using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>How much side information counts; the defaults were found on validation parts of Last.fm-2K.</summary>
internal sealed record SideOptions
{
    /// <summary>A tag on fewer artists says nothing about likeness.</summary>
    public int TagArtistsMin { get; init; } = 3;

    /// <summary>Mean confidence of a tag's cells in the training.</summary>
    public float TagConfidence { get; init; } = 0.5f;

    /// <summary>Weight of the likeness of tags beside the score of ALS.</summary>
    public float TagWeight { get; init; } = 0.12f;

    /// <summary>Weight of the share of friends who play an artist, from five known artists on.</summary>
    public float FriendWeight { get; init; } = 0.06f;

    /// <summary>Weight of the friends' own tastes, the mean of their scores, up to five known artists; it falls to nothing at twenty.</summary>
    public float FriendTaste { get; init; } = 0.3f;
}

/// <summary>
/// ALS that also knows tags of artists and listeners' friends. Four things are added:
/// (1) tags train as extra rows beside the users, confidence ∝ log(1 + people who gave the tag) (<see cref="AlsSideRows"/>);
/// (2) score += weight · cosine of the listener's tags (the sum over their artists) and the artist's, each tag weighing log(1 + people) · idf. With
/// fewer than ten known artists that says less, so it fades in: nothing at one, 0.3 at five, 1 from ten on;
/// (3) score += weight · share of the listener's friends who play the artist; twice the weight at one known artist, falling to the weight at five;
/// (4) score += weight · mean of the friends' own scores of the artist, up to five known artists, fading out at twenty: what friends would like, not
/// only what they play. An artist that nobody has played has a vector from its tags, and can be recommended.
/// </summary>
internal sealed class SideInformed : IExplainedTaste
{
    private const int FadeFrom = 5, FadeTo = 10;
    private const float FadeMiddle = 0.3f;
    private const int TasteFadesAt = 20;

    private readonly CsrMatrix? _artistsOf;
    private readonly CsrMatrix _plays;

    /// <param name="plays">What <paramref name="als"/> was trained on: friends speak for what they play.</param>
    /// <param name="tagsOf">Artists × tags, each artist's vector of length 1; null without tags.</param>
    /// <param name="friends">Users × users; null where it is not known who is whose friend.</param>
    /// <exception cref="ArgumentException">The parts do not fit each other.</exception>
    internal SideInformed(AlsModel als, CsrMatrix plays, CsrMatrix? tagsOf, TextColumn tagNames, CsrMatrix? friends, SideOptions options)
    {
        if (plays.Rows != als.UserCount || plays.Columns != als.ArtistCount)
            throw new ArgumentException($"The plays are {plays.Rows} × {plays.Columns}, the model {als.UserCount} × {als.ArtistCount}.", nameof(plays));
        if (tagsOf is not null && (tagsOf.Rows != als.ArtistCount || tagsOf.Columns != tagNames.Count))
            throw new ArgumentException($"Tags are {tagsOf.Rows} × {tagsOf.Columns}, for {als.ArtistCount} artists and {tagNames.Count} names.", nameof(tagsOf));
        if (friends is not null && (friends.Rows != plays.Rows || friends.Columns != plays.Rows))
            throw new ArgumentException($"Friends are {friends.Rows} × {friends.Columns}, but there are {plays.Rows} users.", nameof(friends));
        (Als, _plays, TagsOf, TagNames, Friends, Options) = (als, plays, tagsOf, tagNames, friends, options);
        _artistsOf = tagsOf?.Transpose();
    }

    public string Name => "als" + (TagsOf is null ? "" : "+tags") + (Friends is null ? "" : "+friends");

    public int ArtistCount => Als.ArtistCount;

    public int UserCount => Als.UserCount;

    /// <inheritdoc/>
    public int PlayedArtists => Als.PlayedArtists;

    /// <inheritdoc/>
    public int ListenersOf(int artist) => Als.ListenersOf(artist);

    /// <summary>The factorization behind it.</summary>
    public AlsModel Als { get; }

    public SideOptions Options { get; }

    public bool KnowsTags => TagsOf is not null;

    public bool KnowsFriends => Friends is not null;

    internal CsrMatrix? TagsOf { get; }

    internal TextColumn TagNames { get; }

    internal CsrMatrix? Friends { get; }

    /// <param name="plays">Users × artists; its rows are the side information's users.</param>
    public static SideInformed Train(CsrMatrix plays, SideInformation side, AlsOptions als, SideOptions? options = null, CancellationToken cancellation = default)
    {
        AlsRun run = new() { TrackLoss = false, Side = Rows(plays, side, options) };
        return Of(AlsTrainer.Train(plays, als, run, cancellation).Model, plays, side, options);
    }

    /// <summary>The tags as rows to train with (<see cref="AlsRun.Side"/>); null where there are none.</summary>
    public static AlsSideRows? Rows(CsrMatrix plays, SideInformation side, SideOptions? options = null)
    {
        options ??= new SideOptions();
        return side.Taggings.Count == 0 ? null : new AlsSideRows(Confidence(side.People(plays.Columns, options.TagArtistsMin).People, options.TagConfidence));
    }

    /// <summary>Puts tags and friends beside a model that was trained with their <see cref="Rows"/>.</summary>
    /// <exception cref="SegueException">The side information is about other users.</exception>
    public static SideInformed Of(AlsModel model, CsrMatrix plays, SideInformation side, SideOptions? options = null)
    {
        options ??= new SideOptions();
        if (side.Friends is { } friends && friends.Rows != plays.Rows)
            throw new SegueException($"the side information is about {friends.Rows} users, but the plays have {plays.Rows}");
        if (side.Taggings.Count == 0)
            return new SideInformed(model, plays, null, TextColumn.From([]), side.Friends, options);
        (CsrMatrix people, string[] names) = side.People(plays.Columns, options.TagArtistsMin);
        return new SideInformed(model, plays, TagVectors(people), TextColumn.From(names), side.Friends, options);
    }

    /// <summary>The same with artists behind the others that nobody plays or tags.</summary>
    /// <inheritdoc cref="AlsModel.WithArtists"/>
    internal SideInformed WithArtists(MatrixView factors)
    {
        AlsModel als = Als.WithArtists(factors);
        CsrMatrix? tags = TagsOf is null ? null : new CsrMatrix(als.ArtistCount, TagsOf.Columns,
            new int[als.ArtistCount + 1].Select((_, a) => TagsOf.Starts.Span[Math.Min(a, TagsOf.Rows)]).ToArray(), TagsOf.Indices, TagsOf.Values);
        return new SideInformed(als, _plays.Widened(als.ArtistCount), tags, TagNames, Friends, Options);
    }

    /// <inheritdoc/>
    /// <remarks>Friends are found by <see cref="Profile.User"/>; a listener outside the training has none.</remarks>
    public void Score(Profile profile, Span<float> scores)
    {
        Als.Score(profile, scores);
        if (TagsOf is not null && _artistsOf is not null)
            AddTags(TagWeights(profile, TagsOf), scores, _artistsOf);
        ReadOnlySpan<int> friends = FriendsOf(profile);
        if (friends.IsEmpty)
            return;

        float each = FriendWeight(profile) / friends.Length;
        foreach (int friend in friends)
        {
            foreach (int artist in _plays.RowIndices(friend))
                scores[artist] += each;
        }

        if (TasteWeight(profile) == 0)
            return;
        float[] tastes = new float[ArtistCount];
        Als.Score(FriendTaste(profile, friends), tastes);
        TensorPrimitives.Add(scores[..ArtistCount], tastes, scores);
    }

    /// <inheritdoc/>
    /// <remarks>Parts of artists, tags and friends add up to the score.</remarks>
    public AlsExplanation Explain(Profile profile, int artist)
    {
        AlsExplanation plain = Als.Explain(profile, artist);
        IReadOnlyList<TagPart> tags = TagsBehind(profile, artist);
        ReadOnlySpan<int> friends = FriendsOf(profile);
        int playing = 0;
        foreach (int friend in friends)
            playing += _plays.RowIndices(friend).BinarySearch(artist) >= 0 ? 1 : 0;
        double part = (double)FriendWeight(profile) / Math.Max(1, friends.Length) * playing;
        if (!friends.IsEmpty)
            part += TensorPrimitives.Dot(FriendTaste(profile, friends), Als.ArtistFactors.Row(artist));
        return plain with { Score = plain.Score + tags.Sum(t => t.Part) + part, Tags = tags, Friends = new FriendsPart(playing, friends.Length, part) };
    }

    /// <inheritdoc/>
    public AlsCounterfactual Without(Profile profile, int artist, params IReadOnlyCollection<int> removed) =>
        AlsCounterfactual.Of(this, profile, artist, removed);

    /// <summary>The tags that an artist shares with the history, with what each adds to the score, most first. The parts add up to what tags
    /// add.</summary>
    private IReadOnlyList<TagPart> TagsBehind(Profile profile, int artist)
    {
        if (TagsOf is null)
            return [];
        float[] weights = TagWeights(profile, TagsOf);
        List<TagPart> parts = [];
        for (int k = 0; k < TagsOf.RowLength(artist); k++)
        {
            int tag = TagsOf.RowIndices(artist)[k];
            if (weights[tag] > 0)
                parts.Add(new TagPart(TagNames[tag], weights[tag] * TagsOf.RowValues(artist)[k]));
        }

        return [.. parts.OrderByDescending(p => p.Part)];
    }

    private ReadOnlySpan<int> FriendsOf(Profile profile) => Friends is not null && profile.User >= 0 ? Friends.RowIndices(profile.User) : [];

    /// <summary>Friends say most where the history says least.</summary>
    private float FriendWeight(Profile profile) =>
        Options.FriendWeight * (1 + Math.Clamp((FadeFrom - profile.Artists.Length) / (FadeFrom - 1f), 0, 1));

    private float TasteWeight(Profile profile) =>
        Options.FriendTaste * Math.Clamp((TasteFadesAt - profile.Artists.Length) / (float)(TasteFadesAt - FadeFrom), 0, 1);

    /// <summary>The weighted mean of the friends' vectors.</summary>
    private float[] FriendTaste(Profile profile, ReadOnlySpan<int> friends)
    {
        float[] sum = new float[Als.Options.Factors];
        foreach (int friend in friends)
            TensorPrimitives.Add(sum, Als.UserFactors.Row(friend), sum);
        TensorPrimitives.Multiply(sum, TasteWeight(profile) / friends.Length, sum);
        return sum;
    }

    /// <summary>Adds the weighted cosine of the listener's tags and each artist's.</summary>
    private static void AddTags(float[] weights, Span<float> scores, CsrMatrix artistsOf)
    {
        for (int tag = 0; tag < weights.Length; tag++)
        {
            for (int k = 0; k < artistsOf.RowLength(tag) && weights[tag] != 0; k++)
                scores[artistsOf.RowIndices(tag)[k]] += weights[tag] * artistsOf.RowValues(tag)[k];
        }
    }

    private static void AddTags(int artist, float sign, CsrMatrix tagsOf, float[] tags)
    {
        for (int k = 0; k < tagsOf.RowLength(artist); k++)
            tags[tagsOf.RowIndices(artist)[k]] += sign * tagsOf.RowValues(artist)[k];
    }

    /// <summary>What each of the listener's tags adds to the score of an artist that carries it in full: not negative.</summary>
    private float[] TagWeights(Profile profile, CsrMatrix tagsOf)
    {
        float[] tags = new float[tagsOf.Columns];
        foreach (int artist in profile.Artists.Except(profile.Disliked))
            AddTags(artist, 1, tagsOf, tags);

        float norm = TensorPrimitives.Norm<float>(tags);
        if (norm == 0)
            return tags;

        // After the norm: a dislike takes from its own tags and gives nothing to the others.
        foreach (int artist in profile.Disliked)
            AddTags(artist, -1, tagsOf, tags);
        TensorPrimitives.Max(tags, 0, tags);
        int known = profile.Artists.Length;
        float fade = known <= FadeFrom
            ? FadeMiddle * (known - 1) / (FadeFrom - 1)
            : FadeMiddle + ((1 - FadeMiddle) * Math.Min(1, (known - FadeFrom) / (float)(FadeTo - FadeFrom)));
        TensorPrimitives.Multiply(tags, Options.TagWeight * fade / norm, tags);
        return tags;
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
