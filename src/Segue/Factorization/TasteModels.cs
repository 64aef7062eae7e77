using Segue.Interactions;

namespace Segue.Factorization;

/// <summary>The models by name: what <c>--model</c> takes.</summary>
internal static class TasteModels
{
    public static IReadOnlyList<string> Names { get; } = ["als", "ease", "rp3beta", "itemknn", "svd", "bpr", "popularity", "random"];

    /// <summary>
    /// Trains a model with its defaults: those of <c>als</c> and <c>ease</c> follow the data, those of the others were chosen on validation parts of
    /// Last.fm-2K.
    /// </summary>
    /// <param name="plays">Users × artists.</param>
    /// <param name="als">Options of <c>als</c>; its seed and threads are replaced.</param>
    /// <param name="threads">0 means one a processor. The result is the same on any number.</param>
    /// <exception cref="UnknownNameException">There is no such model.</exception>
    /// <exception cref="SegueException">There is nothing to learn from, or too much for this model.</exception>
    public static ITasteModel Train(string name, CsrMatrix plays, AlsOptions? als = null, int seed = 1, int threads = 0, CancellationToken cancellation = default)
    {
        if (!plays.Values.Span.ContainsAnyExcept(0f))
            throw new SegueException("there is nothing to learn from: no user has played any artist");
        return name switch
        {
            "als" => AlsTrainer.Train(plays, (als ?? new AlsOptions()) with { Seed = seed, Threads = threads }, new AlsRun { TrackLoss = false }, cancellation).Model,
            "ease" => Ease.Train(plays, threads: threads, cancellation: cancellation),
            "rp3beta" => ItemNeighbors.Rp3Beta(plays, threads: threads, cancellation: cancellation),
            "itemknn" => ItemNeighbors.Cosine(plays, threads: threads, cancellation: cancellation),
            "svd" => BiasedSvd.Train(plays, new BiasedSvdOptions { Seed = seed }, cancellation),
            "bpr" => Bpr.Train(plays, new BprOptions { Seed = seed }, cancellation),
            "popularity" => new Popularity(plays),
            "random" => new RandomRanking(plays.Columns, seed),
            _ => throw new UnknownNameException("model", name, [.. Names.OrderByDescending(n => Catalogue.Spelling.Similarity(name, n)).Take(2)]),
        };
    }

    /// <summary>The cells with plays in them: a cell of 0 plays is no sign of anything.</summary>
    internal static CsrMatrix Played(CsrMatrix plays)
    {
        if (!plays.Values.Span.Contains(0f))
            return plays;
        List<int> row = [], column = [];
        List<float> value = [];
        for (int user = 0; user < plays.Rows; user++)
        {
            for (int k = 0; k < plays.RowLength(user); k++)
            {
                if (plays.RowValues(user)[k] <= 0)
                    continue;
                row.Add(user);
                column.Add(plays.RowIndices(user)[k]);
                value.Add(plays.RowValues(user)[k]);
            }
        }

        return CsrMatrix.FromEntries(plays.Rows, plays.Columns, row.ToArray(), column.ToArray(), value.ToArray());
    }

    /// <exception cref="SegueException">A profile has an artist that the model does not know, or plays that are no number.</exception>
    internal static void Check(Profile profile, int artists)
    {
        if (profile.Artists.Length != profile.Plays.Length)
            throw new SegueException($"a profile has {profile.Artists.Length} artists, but {profile.Plays.Length} numbers of plays");
        foreach (int artist in profile.Artists)
        {
            if ((uint)artist >= (uint)artists)
                throw new SegueException($"a profile has artist {artist}, but the model knows {artists}; was it made for another model?");
        }

        foreach (float plays in profile.Plays)
        {
            if (!(plays >= 0 && float.IsFinite(plays)))
                throw new SegueException($"a profile has {plays} plays of an artist; expected a number that is not negative");
        }
    }
}
