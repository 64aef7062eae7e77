using System.Text.RegularExpressions;

namespace Segue.Catalogue;

/// <summary>
/// The piece a title names by its number in the catalogue of a composer's works: "Bagatelle No. 25 in A Minor, WoO 59" and "Für Elise, WoO 59" are
/// one piece, the movements of one sonata are several.
/// </summary>
internal static partial class SongWork
{
    /// <summary>"woo59", "op9no2", "k467:ii"; null where a title has no such number.</summary>
    public static string? Of(string title)
    {
        Match work = Number().Match(title);
        if (!work.Success)
            return null;
        Match movement = Movement().Match(title[(work.Index + work.Length)..]);
        string number = string.Concat(work.Value.Where(char.IsLetterOrDigit)).ToLowerInvariant();
        return movement.Success ? $"{number}:{movement.Groups[1].Value.ToLowerInvariant()}" : number;
    }

    /// <summary>What a title says in quotation marks, as people call the piece: "Für Elise"; null where it says nothing so.</summary>
    public static string? Nickname(string title) => Quoted().Match(title) is { Success: true } quoted ? quoted.Groups[1].Value : null;

    [GeneratedRegex(@"\b(?:BWV|WoO|RV|HWV|KV|TWV|Hob|Op|K|D|L|S|Sz|BuxWV)(?:\.\s?|\s)\d+[a-z]?(?:\s*,?\s*No\.?\s*\d+)?(?![\w])",
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Number();

    [GeneratedRegex(@"[:\-–,]\s*(?:No\.?\s*)?([IVX]{1,5}|\d{1,2})[.:\s]", RegexOptions.None, 1000)]
    private static partial Regex Movement();

    [GeneratedRegex("[\"“„«]([^\"“”„»]{4,40})[\"”“»]", RegexOptions.None, 1000)]
    private static partial Regex Quoted();
}
