namespace Segue.Catalogue;

/// <summary>Ids of tracks as people and programs write them.</summary>
internal static class TrackId
{
    private const string Uri = "spotify:track:", Page = "/track/";

    /// <summary>"spotify:track:ID" and "https://open.spotify.com/intl-de/track/ID?si=..." without what is around the id; any other text as it
    /// is.</summary>
    public static string Bare(string text)
    {
        if (text.StartsWith(Uri, StringComparison.Ordinal))
            return text[Uri.Length..];
        int page = text.Contains("://", StringComparison.Ordinal) ? text.LastIndexOf(Page, StringComparison.Ordinal) : -1;
        return page < 0 ? text : text[(page + Page.Length)..].Split('?', '#', '/')[0];
    }

    /// <exception cref="UnknownNameException">The catalogue has no such track.</exception>
    public static int Resolve(Tracks tracks, string id) =>
        tracks.IndexOfId(Bare(id)) is >= 0 and var track ? track : throw new UnknownNameException("track id", id, []);
}
