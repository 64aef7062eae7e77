using System.Text.RegularExpressions;

namespace Segue.Catalogue;

/// <summary>What a title says besides the song's name: which version it is, who is featured.</summary>
internal static partial class SongTitle
{
    private const string Words =
        @"(?:\d{2,4} |\d+(?:st|nd|rd|th) |anniversary |digital(?:ly)? |single |album |radio |live |mono |stereo |extended |original |club "
        + @"|acoustic )*"
        + @"(?:remaster(?:ed)?|live|acoustic|edit|version|mix|mono|stereo|demo|instrumental|bonus track|deluxe|explicit|anniversary|re-?recorded"
        + @"|taylor's version"
        + @"|feat\.?|ft\.?|featuring|with|from)\b";

    /// <summary>
    /// The title without remarks on the version and without featured artists, as a <see cref="NameKey"/>: "Heroes - 2017 Remaster" and
    /// "Heroes (Live)" are "heroes". A remark is known by its words, so that "Song (For You)" keeps its second half.
    /// </summary>
    public static string Bare(string title)
    {
        string key = NameKey.Of(title), bare = Remark().Replace(key, "").Trim();
        return bare.Length == 0 ? key : bare;
    }

    /// <summary>
    /// <see cref="Bare"/> without accents, punctuation and the ways to spell an ending: "Rockin' Around the Tree" and "Rocking around the tree" are
    /// one song of an artist.
    /// </summary>
    public static string Loose(string title)
    {
        string spelt = Dropped().Replace(Bare(title), "ing"), loose = NameKey.Loose(spelt);
        return loose.Replace(" ", "", StringComparison.Ordinal);
    }

    /// <summary>Whether a song's or an album's title says that old recordings came out again.</summary>
    public static bool IsReissue(string title) => Reissue().IsMatch(title);

    [GeneratedRegex(@"\b(?:remaster(?:ed)?|re-?recorded|re-?issue|anniversary|super deluxe|(?:expanded|legacy|collector'?s) edition"
        + @"|greatest hits|best of|essential|anthology|taylor's version)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Reissue();

    [GeneratedRegex(@"\Bin['’](?=\W|$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Dropped();

    [GeneratedRegex(@"\s*(?:\((?:" + Words + @")[^()]*\)|\[(?:" + Words + @")[^\[\]]*\]|\s-\s(?:" + Words + @").*$|\sfeat\.? .*$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Remark();
}
