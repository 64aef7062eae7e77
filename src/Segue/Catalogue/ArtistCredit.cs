namespace Segue.Catalogue;

/// <summary>Who is meant by a credit that names several: "Kid Cudi Feat. MGMT".</summary>
internal static class ArtistCredit
{
    private static readonly string[] s_guests =
        [" feat. ", " feat ", " ft. ", " ft ", " featuring ", " (feat. ", " (ft. ", " (featuring ", " [feat. ", " [ft. ", " (with "];

    private static readonly string[] s_between = [", ", ";", " & ", " / ", " x ", " and ", " with ", " vs. ", " vs "];

    /// <summary>The credit without guests; the same where it has none.</summary>
    public static string Main(string credit)
    {
        IEnumerable<int> guests = s_guests.Select(g => credit.IndexOf(g, StringComparison.OrdinalIgnoreCase)).Where(at => at > 0);
        int first = guests.DefaultIfEmpty(credit.Length).Min();
        return credit[..first].Trim();
    }

    /// <summary>The first of several artists, at each way to write them between two; for where the whole is nobody's name.</summary>
    public static IEnumerable<string> FirstOf(string credit)
    {
        string main = Main(credit);
        foreach (string between in s_between)
        {
            int at = main.IndexOf(between, StringComparison.OrdinalIgnoreCase);
            if (at > 0)
                yield return main[..at].Trim();
        }
    }
}
