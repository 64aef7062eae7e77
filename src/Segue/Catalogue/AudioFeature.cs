namespace Segue.Catalogue;

/// <summary>
/// What is measured of a track, in the order of the columns of <see cref="Tracks"/>. Ranges as Spotify defines them:
/// 0..1 unless said otherwise; NaN where a source does not have it.
/// </summary>
internal enum AudioFeature
{
    Danceability,
    Energy,

    /// <summary>Loudness in dB, about −60..5.</summary>
    Loudness,

    /// <summary>1 major, 0 minor.</summary>
    Mode,
    Speechiness,
    Acousticness,
    Instrumentalness,
    Liveness,
    Valence,

    /// <summary>Tempo in BPM.</summary>
    Tempo,

    /// <summary>0..100.</summary>
    Popularity,

    /// <summary>Duration in seconds.</summary>
    Duration,

    /// <summary>Pitch class −1 (none), 0 (C) .. 11 (B).</summary>
    Key,

    /// <summary>Beats a bar, 3..7 (0 or 1 where unknown).</summary>
    TimeSignature,
}
