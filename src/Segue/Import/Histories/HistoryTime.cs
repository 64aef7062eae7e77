using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Segue.Import;

/// <summary>Times as exports write them. Without a zone they are UTC: that is what Spotify and Last.fm mean.</summary>
internal static class HistoryTime
{
    private static readonly string[] s_formats =
    [
        "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "dd MMM yyyy HH:mm", "dd MMM yyyy, HH:mm", "d MMM yyyy HH:mm", "d MMM yyyy, HH:mm", "dd MMM yyyy HH:mm:ss",
        "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss UTC", "yyyy-MM-dd",
    ];

    /// <summary>Music was not scrobbled before 2000: earlier times are clocks that were not set, and later than 2100 are milliseconds or
    /// accidents.</summary>
    private static readonly long s_first = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    private static readonly long s_last = new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    /// <summary>A time in Unix seconds or milliseconds or in one of the written forms.</summary>
    /// <returns>False when it is none; true with null when it is empty or a clock that was not set.</returns>
    /// <param name="zone">Where written times without a zone were written down; null for UTC.</param>
    public static bool TryParse(string? text, out DateTimeOffset? time, TimeZoneInfo? zone = null)
    {
        time = null;
        if (string.IsNullOrWhiteSpace(text))
            return true;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long unix))
            return FromUnix(unix, out time);
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (!DateTimeOffset.TryParseExact(text.Trim(), s_formats, CultureInfo.InvariantCulture, Utc, out DateTimeOffset at))
            return false;
        return FromUnix((zone is null || SaysZone(text) ? at : FromLocal(at, zone)).ToUnixTimeSeconds(), out time);
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
        return TryParse(Encoding.UTF8.GetString(text), out DateTimeOffset? time, zone) && time is { } at ? (int)(at.ToUnixTimeSeconds() / 60) : null;
    }

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

    /// <summary>Z, UTC, or an offset at the end.</summary>
    private static bool SaysZone(string text)
    {
        text = text.Trim();
        return text.EndsWith('Z') || text.EndsWith("UTC", StringComparison.Ordinal) || (text.Length > 16 && text[^6] is '+' or '-' && text[^3] == ':');
    }

    /// <summary>Whether listening so long is a play: half a minute, or half of a track whose length is known (−1 where it is not).</summary>
    public static bool IsPlay(int seconds, int trackSeconds) => seconds >= 30 || (trackSeconds > 0 && seconds * 2 >= trackSeconds);

    public static bool FromUnix(long seconds, out DateTimeOffset? time)
    {
        time = null;
        if (seconds >= s_first * 1000 && seconds < s_last * 1000)
            seconds /= 1000;
        if (seconds >= s_last)
            return false;
        if (seconds >= s_first)
            time = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return true;
    }
}
