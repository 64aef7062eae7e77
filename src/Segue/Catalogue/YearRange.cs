using System.Globalization;

namespace Segue.Catalogue;

/// <summary>Years from..to, both within it; of releases.</summary>
internal readonly record struct YearRange(int First, int Last)
{
    /// <summary>Nothing was recorded before, and no table is from so far ahead: outside it a number is no year.</summary>
    public const int Earliest = 1860, Latest = 2100;

    public bool Contains(int year) => year >= First && year <= Last;

    /// <summary>Reads <c>FROM..TO</c>, either end of which may be open, one year, or a decade: <c>1990..1999</c>, <c>..1979</c>, <c>1994</c>,
    /// <c>1990s</c>.</summary>
    /// <exception cref="SegueException">It is none of these, or runs backwards.</exception>
    public static YearRange Parse(string text)
    {
        string trimmed = text.Trim();
        YearRange? read = null;
        if (trimmed.EndsWith('s') && Year(trimmed.AsSpan(0, trimmed.Length - 1)) is { } decade && decade % 10 == 0)
            read = new YearRange(decade, decade + 9);
        else if (trimmed.Split("..") is [var from, var to] && from.Length + to.Length > 0)
            read = Between(from.Length == 0 ? Earliest : Year(from), to.Length == 0 ? Latest : Year(to));
        else if (Year(trimmed) is { } year)
            read = new YearRange(year, year);
        return read is { } range && range.First <= range.Last
            ? range
            : throw new SegueException($"cannot read the years '{text}': expected a range, such as 1990..1999, a year or a decade, such as 1990s");
    }

    /// <summary>The year in a date as tables write it: "1994", "1994-03-01", "01/03/1994"; 0 where there is none.</summary>
    public static short OfDate(ReadOnlySpan<char> date)
    {
        for (int at = 0; at + 4 <= date.Length; at++)
        {
            bool isNumber = (at == 0 || !char.IsAsciiDigit(date[at - 1])) && (at + 4 == date.Length || !char.IsAsciiDigit(date[at + 4]));
            if (isNumber && Year(date.Slice(at, 4)) is { } year)
                return (short)year;
        }

        return 0;
    }

    private static YearRange? Between(int? from, int? to) => from is { } first && to is { } last ? new YearRange(first, last) : null;

    private static int? Year(ReadOnlySpan<char> text) =>
        text.Length == 4 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int year) && year is >= Earliest and <= Latest
            ? year
            : null;

    /// <summary>"1990..1999", "..1979", "1994".</summary>
    public override string ToString() => First == Last ? Text(First)
        : $"{(First <= Earliest ? "" : Text(First))}..{(Last >= Latest ? "" : Text(Last))}";

    private static string Text(int year) => year.ToString(CultureInfo.InvariantCulture);
}
