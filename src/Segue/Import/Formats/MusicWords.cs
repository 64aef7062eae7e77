using System.Globalization;
using Segue.Catalogue;

namespace Segue.Import;

/// <summary>Audio features that tables write in words: "Major", "C#", "4/4", "3:58".</summary>
internal static class MusicWords
{
    private static readonly string[] s_keys = ["c", "c#", "d", "d#", "e", "f", "f#", "g", "g#", "a", "a#", "b"];
    private static readonly string[] s_flats = ["", "db", "", "eb", "fb", "", "gb", "", "ab", "", "bb", "cb"];
    private static readonly string[] s_lengths = [@"m\:ss", @"mm\:ss", @"h\:mm\:ss"];

    public static bool TryParse(AudioFeature feature, string text, out float value)
    {
        string word = text.Trim().ToLowerInvariant().Replace('♯', '#').Replace('♭', 'b');
        value = feature switch
        {
            AudioFeature.Mode => word is "major" or "maj" or "dur" ? 1 : word is "minor" or "min" or "moll" ? 0 : float.NaN,
            AudioFeature.Key => KeyOf(word.Split(' ', '/')[0]),
            AudioFeature.TimeSignature => word.Split('/') is [var beats, var unit] && Number(unit) > 0 ? Number(beats) : float.NaN,
            AudioFeature.Duration => TimeSpan.TryParseExact(word, s_lengths, CultureInfo.InvariantCulture, out TimeSpan length)
                ? (float)length.TotalMilliseconds
                : float.NaN,
            _ => float.NaN,
        };
        return !float.IsNaN(value);
    }

    private static float KeyOf(string note)
    {
        int key = Array.IndexOf(s_keys, note);
        if (key < 0 && note.Length == 2)
            key = Array.IndexOf(s_flats, note) switch { 4 => 4, 11 => 11, var flat => flat };
        return key < 0 ? float.NaN : key;
    }

    private static float Number(string text) =>
        float.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out float number) ? number : float.NaN;
}
