using System.Text;
using Segue.Catalogue;
using Segue.Interactions;

namespace Segue.Import;

/// <summary>
/// HetRec's tables beside the plays: <c>user_taggedartists.dat</c> (userID, artistID, tagID, ...), <c>tags.dat</c> with the tags' names (tagID,
/// tagValue) and
/// <c>user_friends.dat</c> (userID, friendID). Collected in any order, and brought to the indices of the plays in the end.
/// </summary>
internal sealed class SideTables
{
    private readonly Utf8Interner _users = new(), _artists = new(), _tags = new();
    private readonly HashSet<(int User, int Artist, int Tag)> _taggings = [];
    private readonly HashSet<(int User, int Friend)> _friends = [];
    private readonly Dictionary<int, string> _tagNames = [];

    internal SideTables()
    {
    }

    /// <summary>Reads the files named; the tags' names come from <c>tags.dat</c> in the same folder, where it is there.</summary>
    /// <param name="plays">Whose users and artists are meant. Artists that are not among them are left out: the models have no place for
    /// them.</param>
    /// <param name="tagsPath">Null when there are no tags.</param>
    /// <param name="friendsPath">Null when there are no friends.</param>
    /// <exception cref="DataException">A file is something else, or too many rows cannot be read.</exception>
    /// <exception cref="SegueException">A file is not there or cannot be read.</exception>
    public static SideInformation Read(Plays plays, string? tagsPath, string? friendsPath, CancellationToken cancellation = default)
    {
        using ImportRun run = new(ImportOptions.Default, null, null, cancellation);
        if (tagsPath is not null)
        {
            Read(tagsPath, FileKind.Tags, run);
            string names = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(tagsPath))!, "tags.dat");
            if (PathKinds.Of(names) == PathKind.File)
                Read(names, FileKind.TagNames, run);
        }

        if (friendsPath is not null)
            Read(friendsPath, FileKind.Friends, run);
        return run.Side.Build(plays, run.Ledger) ?? new SideInformation([], TextColumn.From([]), null);
    }

    /// <summary>Everything as the plays number it, or null when there is nothing.</summary>
    internal SideInformation? Build(Plays plays, Ledger ledger)
    {
        if (_taggings.Count == 0 && _friends.Count == 0)
            return null;
        int[] users = Indices(_users, plays.IndexOfUser), artists = Indices(_artists, plays.Artists.IndexOfId);
        int[] tagOrder = PlaysBuilder.Order(_tags), tags = PlaysBuilder.Rank(tagOrder);
        List<Tagging> taggings = [];
        foreach ((int user, int artist, int tag) in _taggings)
        {
            if (artists[artist] >= 0)
                taggings.Add(new Tagging(users[user], artists[artist], tags[tag]));
        }

        if (taggings.Count < _taggings.Count)
            ledger.Note($"{_taggings.Count - taggings.Count:N0} tags of {artists.Count(a => a < 0):N0} artists without plays or name were left out");
        // By ids, so that the order of rows and of files does not show in the result.
        Tagging[] sorted = [.. taggings.OrderBy(t => t.User).ThenBy(t => t.Artist).ThenBy(t => t.Tag)];
        TextColumn names = TextColumn.From(tagOrder.Select(t => _tagNames.GetValueOrDefault(t) ?? Encoding.UTF8.GetString(_tags[t])));
        return new SideInformation(sorted, names, _friends.Count > 0 ? FriendsOf(users, plays.UserIds.Count) : null);
    }

    internal void ReadTags(TableHead table, InputFile input, LedgerFile ledger, ImportRun run) => Each(table, input, ledger, run, rows =>
        _taggings.Add((_users.IndexOf(rows[0]), _artists.IndexOf(rows[1]), _tags.IndexOf(rows[2]))));

    internal void ReadFriends(TableHead table, InputFile input, LedgerFile ledger, ImportRun run) => Each(table, input, ledger, run, rows =>
    {
        int user = _users.IndexOf(rows[0]), friend = _users.IndexOf(rows[1]);
        return _friends.Add((user, friend)) | _friends.Add((friend, user));
    });

    internal void ReadTagNames(TableHead table, InputFile input, LedgerFile ledger, ImportRun run) => Each(table, input, ledger, run, rows =>
        _tagNames.TryAdd(_tags.IndexOf(rows[0]), Encoding.UTF8.GetString(rows[1]).Trim()));

    private static void Read(string path, FileKind wanted, ImportRun run)
    {
        foreach (InputFile input in InputFile.OpenAll([path], run.Ledger, run.Cancellation))
        {
            Recognized? found = Formats.Recognize(input, asHistory: false, run.Options);
            if (found?.Read is not { } read || found.Kind != wanted)
            {
                string what = found is null ? "of no format known here" : $"'{found.Name}'";
                throw new DataException(path, 0, $"is {what}, but '{wanted.CompanionName()}' is wanted here");
            }

            read(input, run.Ledger.Open(input.Name, found.Name, run.Options.SamplesPerReason), run);
        }
    }

    /// <param name="add">Takes a row; false when it brings nothing new.</param>
    private static void Each(TableHead table, InputFile input, LedgerFile ledger, ImportRun run, Func<TableRows, bool> add)
    {
        using TableRows rows = table.Open(input, hasHeader: true, Enumerable.Range(0, Math.Min(3, table.Columns)));
        while (rows.Read())
        {
            run.Tick(input, ledger);
            if (!rows.IsWhole(table.Columns, ledger))
                continue;
            if (rows[0].IsEmpty || rows[1].IsEmpty || (table.Columns > 2 && rows[2].IsEmpty))
                ledger.Reject("an id is missing", rows);
            else if (add(rows))
                ledger.Accept();
            else
                ledger.Merge();
        }

        run.Close(input, ledger, rows);
    }

    private static int[] Indices(Utf8Interner ids, Func<string, int> find)
    {
        int[] indices = new int[ids.Count];
        for (int i = 0; i < indices.Length; i++)
            indices[i] = find(Encoding.UTF8.GetString(ids[i]));
        return indices;
    }

    private CsrMatrix FriendsOf(int[] users, int count)
    {
        (int User, int Friend)[] pairs = [.. _friends.Select(f => (users[f.User], users[f.Friend])).Where(f => f.Item1 >= 0 && f.Item2 >= 0 && f.Item1 != f.Item2)];
        float[] ones = new float[pairs.Length];
        Array.Fill(ones, 1);
        return CsrMatrix.FromEntries(count, count, [.. pairs.Select(p => p.User)], [.. pairs.Select(p => p.Friend)], ones);
    }
}
