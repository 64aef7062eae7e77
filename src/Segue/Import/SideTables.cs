using System.Globalization;
using System.Text;
using Segue.Catalogue;
using Segue.Interactions;

namespace Segue.Import;

/// <summary>
/// HetRec's tables beside the plays: <c>user_taggedartists.dat</c> (userID, artistID, tagID, ...), with the tags' names from <c>tags.dat</c> in the same folder
/// where it is there, and <c>user_friends.dat</c> (userID, friendID). Tab-separated with a header line.
/// </summary>
public static class SideTables
{
    /// <param name="plays">Whose users and artists are meant. Artists without plays are left out: the models have no place for them.</param>
    /// <param name="tagsPath">Null when there are no tags.</param>
    /// <param name="friendsPath">Null when there are no friends.</param>
    /// <exception cref="DataFormatException">A file is missing or a row is not what it should be.</exception>
    public static SideInformation Read(Plays plays, string? tagsPath, string? friendsPath)
    {
        List<Tagging> taggings = [];
        List<string> names = [];
        if (tagsPath is not null)
        {
            Dictionary<string, int> tags = new(StringComparer.Ordinal);
            HashSet<Tagging> seen = [];
            Dictionary<string, string> known = TagNames(tagsPath);
            foreach (string[] row in Rows(tagsPath, 3, "userID, artistID, tagID"))
            {
                int artist = plays.Artists.IndexOfId(row[1]);
                if (artist < 0)
                    continue;
                if (!tags.TryGetValue(row[2], out int tag))
                {
                    tags[row[2]] = tag = tags.Count;
                    names.Add(known.GetValueOrDefault(row[2], row[2]));
                }

                Tagging tagging = new(plays.IndexOfUser(row[0]), artist, tag);
                if (tagging.User < 0 || seen.Add(tagging))
                    taggings.Add(tagging);
            }
        }

        return new SideInformation(taggings, TextColumn.From(names), friendsPath is null ? null : Friends(plays, friendsPath), plays.UserIds);
    }

    private static CsrMatrix Friends(Plays plays, string path)
    {
        HashSet<(int, int)> pairs = [];
        foreach (string[] row in Rows(path, 2, "userID, friendID"))
        {
            int user = plays.IndexOfUser(row[0]), friend = plays.IndexOfUser(row[1]);
            if (user >= 0 && friend >= 0 && user != friend)
                (_, _) = (pairs.Add((user, friend)), pairs.Add((friend, user)));
        }

        int n = plays.UserIds.Count;
        return CsrMatrix.FromEntries(n, n, [.. pairs.Select(p => p.Item1)], [.. pairs.Select(p => p.Item2)], [.. pairs.Select(_ => 1f)]);
    }

    private static Dictionary<string, string> TagNames(string tagsPath)
    {
        string path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(tagsPath))!, "tags.dat");
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        if (!File.Exists(path))
            return names;
        foreach (string[] row in Rows(path, 2, "tagID, tagValue"))
            names[row[0]] = row[1];
        return names;
    }

    /// <summary>Rows after the header; the first column of each must be a number, as ids of HetRec are.</summary>
    private static IEnumerable<string[]> Rows(string path, int columns, string expected)
    {
        if (!File.Exists(path))
            throw new DataFormatException(path, 0, "there is no such file");
        long line = 0;
        foreach (string text in File.ReadLines(path, Encoding.Latin1))
        {
            if (line++ == 0 || text.Length == 0)
                continue;
            string[] row = text.Split('\t');
            if (row.Length < columns || !long.TryParse(row[0], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                string found = text.Length <= 60 ? text : text[..57] + "...";
                throw new DataFormatException(path, line, $"expected {expected}, separated by tabs, found '{found}'");
            }

            yield return row;
        }
    }
}
