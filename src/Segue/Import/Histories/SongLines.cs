using Segue.Catalogue;

namespace Segue.Import;

/// <summary>What a line of a list of songs is.</summary>
internal enum SongLineKind
{
    Blank,

    /// <summary>A comment, or what a player wants to know (#EXTM3U, #EXTALB).</summary>
    Comment,

    /// <summary>What a playlist says of the song on the next line: "artist - title" (#EXTINF).</summary>
    Described,

    /// <summary>Where a song lies, or its id.</summary>
    Place,

    /// <summary>"artist - title", or an artist.</summary>
    Name,
}

/// <summary>
/// The lines of a list of songs, whoever reads it: a playlist (M3U, M3U8) or a plain list. Every line that is neither blank nor a comment is a song.
/// </summary>
internal sealed class SongLines
{
    private const string Described = "#EXTINF:";

    private bool _isPlaylist;

    public (SongLineKind Kind, string Text) Read(string line)
    {
        line = line.Trim().TrimStart('\uFEFF');
        if (line.Length == 0)
            return (SongLineKind.Blank, "");
        if (line.StartsWith(Described, StringComparison.OrdinalIgnoreCase))
        {
            _isPlaylist = true;
            return (SongLineKind.Described, line[(line.IndexOf(',') is > 0 and var comma ? comma + 1 : Described.Length)..].Trim());
        }

        _isPlaylist |= line.StartsWith("#EXTM3U", StringComparison.OrdinalIgnoreCase);
        if (line[0] == '#')
            return (SongLineKind.Comment, "");
        return (_isPlaylist || SongPlace.IsPlace(line) ? SongLineKind.Place : SongLineKind.Name, line);
    }
}
