using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Segue.Catalogue;

namespace Segue.Redis;

/// <summary>
/// What is known of a track as one flat JSON object, so that a search can filter by any of it: <c>title</c>, <c>artists</c>, <c>album</c>,
/// <c>genres</c>,
/// <c>explicit</c>, and the audio features that are known (<c>energy</c>, <c>loudness</c> in dB, <c>tempo</c> in BPM, <c>duration</c> in seconds,
/// <c>timeSignature</c>, ...).
/// </summary>
internal static class TrackAttributes
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly (AudioFeature Feature, string Name)[] s_features =
        [.. Enum.GetValues<AudioFeature>().Select(f => (f, JsonNamingPolicy.CamelCase.ConvertName(f.ToString())))];

    public static string Of(Tracks tracks, int track)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, s_options))
        {
            json.WriteStartObject();
            json.WriteString("title", tracks.Titles[track]);
            WriteStrings(json, "artists", tracks.ArtistNamesOf(track));
            json.WriteString("album", tracks.Albums[track]);
            WriteStrings(json, "genres", tracks.GenreNamesOf(track));
            json.WriteBoolean("explicit", tracks.IsExplicit(track));
            foreach ((AudioFeature feature, string name) in s_features)
            {
                float value = tracks.Feature(feature)[track];
                if (float.IsFinite(value))
                    json.WriteNumber(name, value);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
