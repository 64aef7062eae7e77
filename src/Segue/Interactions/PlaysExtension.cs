using Segue.Catalogue;

namespace Segue.Interactions;

/// <summary>
/// Plays that a model knows with newer ones behind them: known listeners and artists stand where they stood, new ones follow in the order of the
/// newer plays. Only pairs with a new listener or a new artist are added, so that adding the same plays twice changes nothing.
/// </summary>
/// <param name="Plays">All of it, known rows and columns first.</param>
/// <param name="NewPairs">Pairs that were added.</param>
/// <param name="LeftOut">Pairs of a known listener and a known artist that are new or say another number of plays: these stay as they were.</param>
/// <param name="Users">For each user of the newer plays their index in all.</param>
/// <param name="Artists">The same for artists.</param>
internal sealed record PlaysExtension(Plays Plays, int NewUsers, int NewArtists, int NewPairs, int LeftOut, int[] Users, int[] Artists)
{
    public static PlaysExtension Of(Plays known, Plays newer)
    {
        (TextColumn userIds, int[] users) = Appended(known.UserIds, newer.UserIds, known.IndexOfUser);
        (TextColumn artistIds, int[] artists) = Appended(known.Artists.Ids, newer.Artists.Ids, known.Artists.IndexOfId);
        string[] names = new string[artistIds.Count];
        for (int i = 0; i < newer.Artists.Count; i++)
            names[artists[i]] = newer.Artists.Names[i];
        for (int i = 0; i < known.Artists.Count; i++)
            names[i] = known.Artists.Names[i];

        List<int> rows = [], columns = [];
        List<float> counts = [];
        for (int user = 0; user < known.Counts.Rows; user++)
        {
            rows.AddRange(Enumerable.Repeat(user, known.Counts.RowLength(user)));
            columns.AddRange(known.Counts.RowIndices(user));
            counts.AddRange(known.Counts.RowValues(user));
        }

        int leftOut = 0;
        for (int user = 0; user < newer.Counts.Rows; user++)
        {
            for (int k = 0; k < newer.Counts.RowLength(user); k++)
            {
                (int row, int column, float plays) = (users[user], artists[newer.Counts.RowIndices(user)[k]], newer.Counts.RowValues(user)[k]);
                if (row < known.Counts.Rows && column < known.Counts.Columns)
                {
                    leftOut += PlaysOf(known.Counts, row, column) == plays ? 0 : 1;
                    continue;
                }

                rows.Add(row);
                columns.Add(column);
                counts.Add(plays);
            }
        }

        CsrMatrix all = CsrMatrix.FromEntries(userIds.Count, artistIds.Count, rows.ToArray(), columns.ToArray(), counts.ToArray());
        return new PlaysExtension(
            new Plays(userIds, new Artists(artistIds, TextColumn.From(names)), all),
            userIds.Count - known.UserIds.Count,
            artistIds.Count - known.Artists.Count,
            all.Nonzeros - known.Counts.Nonzeros,
            leftOut,
            users,
            artists);
    }

    private static float PlaysOf(CsrMatrix counts, int row, int column) =>
        counts.RowIndices(row).BinarySearch(column) is >= 0 and var at ? counts.RowValues(row)[at] : float.NaN;

    private static (TextColumn All, int[] Newer) Appended(TextColumn known, TextColumn newer, Func<string, int> indexOf)
    {
        List<string> all = [.. Enumerable.Range(0, known.Count).Select(i => known[i])];
        int[] indices = new int[newer.Count];
        for (int i = 0; i < indices.Length; i++)
        {
            indices[i] = indexOf(newer[i]);
            if (indices[i] >= 0)
                continue;
            indices[i] = all.Count;
            all.Add(newer[i]);
        }

        return (TextColumn.From([.. all]), indices);
    }
}
