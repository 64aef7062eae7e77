using System.Globalization;
using System.Text.RegularExpressions;

namespace Segue.Import;

/// <summary>Which comes first where day and month are both numbers.</summary>
internal enum DateOrder
{
    /// <summary>What the column of dates itself says: somewhere in it is a day after the twelfth.</summary>
    Open,

    /// <summary>13/10/2017.</summary>
    DayFirst,

    /// <summary>10/13/2017.</summary>
    MonthFirst,
}

/// <summary>
/// A date as a person or a program writes it, with or without a clock and a zone: ISO 8601 and pandas (2017-10-13 21:47:00+00:00), spreadsheets
/// (10/13/17 9:47 PM, 13.10.2017), .NET and JavaScript (Fri Oct 13 2017 21:47:00 GMT+0200), Last.fm (13 Oct 2017, 21:47).
/// </summary>
internal readonly partial record struct WrittenTime
{
    /// <summary>In numbers with slashes: what stands first and second, which may be day and month or month and day.</summary>
    private readonly int _first, _second;

    private readonly int _year;
    private readonly bool _isOpen;
    private readonly TimeSpan _clock, _offset;

    private WrittenTime(int first, int second, int year, bool isOpen, Match clock) =>
        (_first, _second, _year, _isOpen, _clock, _offset, SaysZone) =
            (first, second, year, isOpen, ClockOf(clock), OffsetOf(clock.Groups["zone"].Value), clock.Groups["zone"].Success);

    /// <summary>Whether Z, UTC or an offset stands behind it.</summary>
    public bool SaysZone { get; }

    /// <summary>Whether it is another day when day and month change places.</summary>
    public bool NeedsOrder => _isOpen && _first <= 12 && _second <= 12 && _first != _second;

    /// <summary>What a date of this column says of all others; open where it says nothing.</summary>
    public DateOrder Order => !_isOpen || (_first > 12) == (_second > 12) ? DateOrder.Open : _first > 12 ? DateOrder.DayFirst : DateOrder.MonthFirst;

    /// <summary>In UTC where it says no zone; null where there is no such day or time.</summary>
    public DateTimeOffset? Moment(DateOrder order)
    {
        bool monthFirst = _isOpen && order == DateOrder.MonthFirst || Order == DateOrder.MonthFirst && order == DateOrder.Open;
        (int day, int month) = monthFirst ? (_second, _first) : (_first, _second);
        if (_year is < 1900 or > 9000 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(_year, month) || _clock < TimeSpan.Zero)
            return null;
        return new DateTimeOffset(_year, month, day, 0, 0, 0, TimeSpan.Zero) + _clock - _offset;
    }

    public static bool TryParse(string text, out WrittenTime written)
    {
        written = default;
        if (Numbers().Match(text) is { Success: true } n)
        {
            int a = Int(n, "a"), b = Int(n, "b"), c = Int(n, "c");
            if (n.Groups["a"].Length == 4)
                written = new(c, b, a, false, n);
            else if (n.Groups["c"].Length is 2 or 4)
                written = new(a, b, YearOf(n.Groups["c"].Value), n.Groups["between"].Value != ".", n); // With dots it is day.month.year everywhere.
            return written._year > 0;
        }

        if (Names().Match(text) is { Success: true } w && MonthOf(w.Groups["month"].Value) is > 0 and var month)
            written = new(Int(w, "day"), month, YearOf(w.Groups["year"].Value), false, w);
        else if (Compact().Match(text) is { Success: true } d)
            written = new(Int(d, "day"), Int(d, "month"), Int(d, "year"), false, d);
        return written.Moment(DateOrder.Open) is not null;
    }

    private static int Int(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    private static int YearOf(string digits)
    {
        int year = int.Parse(digits, CultureInfo.InvariantCulture);
        return digits.Length > 2 ? year : year < 70 ? 2000 + year : 1900 + year;
    }

    private static int MonthOf(string name)
    {
        string[] months = CultureInfo.InvariantCulture.DateTimeFormat.MonthNames[..12];
        return name.Length < 3 ? 0 : Array.FindIndex(months, m => m.StartsWith(name, StringComparison.OrdinalIgnoreCase)) + 1;
    }

    /// <summary>Below zero where there is no such time of day.</summary>
    private static TimeSpan ClockOf(Match match)
    {
        if (!match.Groups["hour"].Success)
            return TimeSpan.Zero;
        int hour = Int(match, "hour"), minute = Int(match, "minute"), second = match.Groups["second"].Success ? Int(match, "second") : 0;
        if (match.Groups["half"].ValueSpan is [var half, ..])
        {
            if (hour is < 1 or > 12)
                return TimeSpan.MinValue;
            hour = hour % 12 + (half is 'p' or 'P' ? 12 : 0);
        }

        return hour > 23 || minute > 59 || second > 60 ? TimeSpan.MinValue : new TimeSpan(hour, minute, second);
    }

    private static TimeSpan OffsetOf(string zone)
    {
        int sign = zone.IndexOfAny(['+', '-']);
        if (sign < 0)
            return TimeSpan.Zero;
        string digits = string.Concat(zone[sign..].Where(char.IsAsciiDigit));
        int hours = int.Parse(digits[..2], CultureInfo.InvariantCulture);
        int minutes = digits.Length == 4 ? int.Parse(digits[2..], CultureInfo.InvariantCulture) : 0;
        return (zone[sign] == '-' ? -1 : 1) * new TimeSpan(hours, minutes, 0);
    }

    private const string Weekday = @"^(?:\p{L}{3,9},?\s+)?";

    private const string Clock = @"(?:,?\s*(?:T|\s|\bat\b)\s*(?<hour>\d{1,2})[:.](?<minute>\d{2})(?:[:.](?<second>\d{2})(?:[.,]\d{1,9})?)?"
        + @"(?:\s*(?<half>[AaPp])\.?[Mm]\.?)?"
        + @"(?:\s*(?<zone>Z|(?:UTC|GMT)?[+-]\d{2}:?(?:\d{2})?|UTC|GMT)(?:\s+UTC)?)?(?:\s*[\(\[][^()\[\]]*[\)\]])?)?$";

    [GeneratedRegex(Weekday + @"(?<a>\d{1,4})(?<between>[-/.])(?<b>\d{1,2})\k<between>(?<c>\d{1,4})" + Clock, RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Numbers();

    [GeneratedRegex(Weekday + @"(?:(?<day>\d{1,2})(?:st|nd|rd|th)?[\s-](?<month>[A-Za-z]{3,9})\.?,?[\s-](?<year>\d{4}|\d{2})"
        + @"|(?<month>[A-Za-z]{3,9})\.?\s+(?<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?<year>\d{4}))" + Clock, RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Names();

    [GeneratedRegex(@"^(?<year>(?:19|20)\d{2})(?<month>\d{2})(?<day>\d{2})" + Clock, RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Compact();
}
