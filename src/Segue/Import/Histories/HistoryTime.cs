using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Segue.Import;

/// <summary>What stands where a time should.</summary>
internal enum TimeReading
{
    Read,

    /// <summary>Nothing.</summary>
    Missing,

    /// <summary>A time before 2000: the clock of a player that was never set.</summary>
    NotSet,

    /// <summary>Day and month may be either way round, and nothing so far decides it.</summary>
    Open,

    Unreadable,
}

/// <summary>
/// Times as exports write them: numbers of Unix (seconds to nanoseconds), of .NET and of spreadsheets, and the written forms of
/// <see cref="WrittenTime"/>. Without a zone they are UTC: that is what Spotify and Last.fm mean.
/// </summary>
internal static class HistoryTime
{
    private const long TicksFirst = 630_822_816_000_000_000, TicksLast = 662_380_416_000_000_000;

    /// <summary>A whole number of seconds has ten digits; with fewer, a spreadsheet has rounded the time away (1.69E+09).</summary>
    private const int DigitsOfSeconds = 10;

    /// <summary>Music was not scrobbled before 2000: earlier times are clocks that were not set, and later than 2100 are accidents.</summary>
    private static readonly long s_first = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    private static readonly long s_last = new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    private static readonly DateTimeOffset s_spreadsheetZero = new(1899, 12, 30, 0, 0, 0, TimeSpan.Zero);
    private static readonly (int First, int Last) s_spreadsheetDays = (36_526, 73_051); // 2000 to 2100.

    /// <param name="order">Which of day and month comes first, where both are numbers.</param>
    /// <param name="zone">Where written times without a zone were written down; null for UTC.</param>
    /// <param name="isSheet">Whether small numbers are days of a spreadsheet; else they are clocks that were not set.</param>
    public static TimeReading Read(
        string? text, out DateTimeOffset? time, DateOrder order = DateOrder.Open, TimeZoneInfo? zone = null, bool isSheet = false)
    {
        time = null;
        if (string.IsNullOrWhiteSpace(text) || text.Trim() is "null" or "NaN" or "NaT" or "None")
            return TimeReading.Missing;
        text = text.Trim();
        if (OfNumber(text, isSheet, ref time) is { } reading)
            return reading;
        if (!WrittenTime.TryParse(text, out WrittenTime written))
            return TimeReading.Unreadable;
        if (written.NeedsOrder && order == DateOrder.Open)
            return TimeReading.Open;
        if (written.Moment(order) is not { } at)
            return TimeReading.Unreadable;
        return FromUnix((zone is null || written.SaysZone ? at : FromLocal(at, zone)).ToUnixTimeSeconds(), out time);
    }

    /// <summary>Minutes since 1970 of a time in UTF-8; null where it is none, or a clock that was not set.</summary>
    public static int? MinutesOf(ReadOnlySpan<byte> text, TimeZoneInfo? zone = null)
    {
        // A log has millions of times in this one form, and to parse it by hand takes a hundredth of the time.
        if (text is [_, _, _, _, (byte)'-', _, _, (byte)'-', _, _, (byte)'T', _, _, (byte)':', _, _, (byte)':', _, _, (byte)'Z']
            && Utf8Parser.TryParse(text[..4], out int year, out _) && Utf8Parser.TryParse(text[5..7], out int month, out _)
            && Utf8Parser.TryParse(text[8..10], out int day, out _) && Utf8Parser.TryParse(text[11..13], out int hour, out _)
            && Utf8Parser.TryParse(text[14..16], out int minute, out _)
            && year is >= 2000 and < 2100 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
            && hour is >= 0 and < 24 && minute is >= 0 and < 60)
            return (int)(new DateTime(year, month, day, hour, minute, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).TotalMinutes;
        Read(Encoding.UTF8.GetString(text), out DateTimeOffset? time, zone: zone);
        return time is { } at ? (int)(at.ToUnixTimeSeconds() / 60) : null;
    }

    /// <summary>A time that a format writes in one way.</summary>
    /// <returns>False when it is none; true with null when it is empty or a clock that was not set.</returns>
    public static bool TryParse(string? text, out DateTimeOffset? time) => Read(text, out time) is not (TimeReading.Unreadable or TimeReading.Open);

    /// <summary>The moment at which clocks of a zone showed what <paramref name="clock"/> shows in UTC; an hour that came twice is the one of winter
    /// time.</summary>
    public static DateTimeOffset FromLocal(DateTimeOffset clock, TimeZoneInfo zone) =>
        clock - zone.GetUtcOffset(DateTime.SpecifyKind(clock.DateTime, DateTimeKind.Unspecified));

    /// <summary>A zone by its name (Europe/Berlin) or distance from UTC (+02:00).</summary>
    /// <exception cref="SegueException">There is no such zone.</exception>
    public static TimeZoneInfo Zone(string name)
    {
        if (name.StartsWith('+') || name.StartsWith('-'))
        {
            string[] formats = ["h\\:mm", "hh\\:mm", "hhmm", "hh", "%h"];
            if (TimeSpan.TryParseExact(name[1..], formats, CultureInfo.InvariantCulture, out TimeSpan distance) && distance <= TimeSpan.FromHours(14))
                return TimeZoneInfo.CreateCustomTimeZone(name, name[0] == '-' ? -distance : distance, name, name);
        }
        else if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? zone))
        {
            return zone;
        }

        throw new SegueException($"there is no time zone '{name}'; name one as Europe/Berlin or America/New_York, or give the distance from UTC as +02:00");
    }

    /// <summary>Whether listening so long is a play: half a minute, or half of a track whose length is known (−1 where it is not).</summary>
    public static bool IsPlay(int seconds, int trackSeconds) => seconds >= 30 || (trackSeconds > 0 && seconds * 2L >= trackSeconds);

    /// <summary>Unix time in seconds, or in thousandths, millionths or thousand-millionths of them: no two ranges overlap.</summary>
    public static TimeReading FromUnix(long number, out DateTimeOffset? time)
    {
        time = null;
        for (int power = 0; power < 3 && number >= s_first * 1000; power++)
            number /= 1000;
        if (number >= s_last)
            return TimeReading.Unreadable;
        if (number < s_first)
            return TimeReading.NotSet;
        time = DateTimeOffset.FromUnixTimeSeconds(number);
        return TimeReading.Read;
    }

    /// <summary>Null where the text is no number, or a date without separators (20210203).</summary>
    private static TimeReading? OfNumber(string text, bool isSheet, ref DateTimeOffset? time)
    {
        if (text.StartsWith("/Date(", StringComparison.Ordinal) && text.EndsWith(")/", StringComparison.Ordinal))
            text = text[6..^2]; // .NET's JSON of old.
        if (text.Length == 8 && text.All(char.IsAsciiDigit) && WrittenTime.TryParse(text, out _))
            return null;
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number))
            return null;
        bool isDay = number >= s_spreadsheetDays.First && number < s_spreadsheetDays.Last;
        if (isSheet && isDay)
        {
            time = s_spreadsheetZero.AddSeconds((double)Math.Round(number * 86_400));
            return TimeReading.Read;
        }

        int exponent = text.IndexOf('e', StringComparison.OrdinalIgnoreCase);
        if (number >= s_first && exponent > 0 && text[..exponent].Count(char.IsAsciiDigit) < DigitsOfSeconds)
            return TimeReading.Unreadable;
        if (number is <= long.MinValue or >= long.MaxValue)
            return TimeReading.Unreadable;
        long whole = (long)Math.Floor(number);
        if (whole is >= TicksFirst and < TicksLast)
            whole = new DateTimeOffset(whole, TimeSpan.Zero).ToUnixTimeSeconds();
        return FromUnix(whole, out time);
    }
}
