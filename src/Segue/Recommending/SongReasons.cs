using Segue.Catalogue;
using Segue.Factorization;
using Segue.Interactions;

namespace Segue.Recommending;

/// <summary>Why a song is there, computed from what its score was computed from.</summary>
internal sealed class SongReasons(IExplainedTaste als, Plays plays, SongIndex songs, SongJoin join, PipelineOptions options)
{
    /// <summary>Nine songs in ten, or more, are more popular.</summary>
    private const double KnownByFewMax = 0.1;

    /// <summary>A dislike that moves a score by less is not worth a word.</summary>
    private const double DislikeMin = 0.005;

    /// <param name="byDislike">What the parts gain from the listener's dislikes: these less those without them. Null without dislikes.</param>
    public IReadOnlyList<Reason> Of(ListenerView listener, int track, SongParts? byDislike)
    {
        Profile profile = listener.Profile;
        List<Reason> reasons = [];
        int artist = join.PlayedArtistsOf(track).FirstOrDefault(-1);
        if (artist >= 0 && Array.BinarySearch(profile.Artists, artist) >= 0)
            reasons.Add(new Reason(ReasonKind.YouPlay, Artist: plays.Artists.Names[artist]));
        else if (artist >= 0 && listener.IsKnown)
            reasons.AddRange(ArtistRecommender.Reasons(als, plays, profile, artist, options.ReasonsMax));
        if (artist >= 0 && listener.Lately is { } lately)
            reasons.AddRange(OfLately(lately, artist));
        if (listener.Mood is not null)
            reasons.AddRange(listener.Mood.Reasons(track));
        if (byDislike is { } gain && gain.Sum >= DislikeMin)
            reasons.Add(OfDislike(profile, gain));
        double popularity = songs.Percentiles.Row((int)AudioFeature.Popularity)[track];
        if (popularity <= KnownByFewMax && !float.IsNaN(songs.Tracks.Feature(AudioFeature.Popularity)[track]))
            reasons.Add(new Reason(ReasonKind.KnownByFew, Part: popularity));
        if (reasons.Count == 0)
            reasons.Add(new Reason(ReasonKind.Popular));
        return reasons;
    }

    /// <summary>
    /// The artists of the history without whom the song might stand elsewhere: those that speak most for its artist, and the one whose song it is
    /// most like.
    /// </summary>
    public IReadOnlyList<int> SpeakingFor(ListenerView listener, int track, int count)
    {
        List<int> artists = [];
        if (listener.OwnMood is { } own)
            artists.AddRange(join.PlayedArtistsOf(own.Nearest([track])[0].Song).Where(a => Array.BinarySearch(listener.Profile.Artists, a) >= 0).Take(1));
        if (join.PlayedArtistsOf(track).FirstOrDefault(-1) is >= 0 and var artist && listener.IsKnown)
            artists.InsertRange(0, als.Explain(listener.Profile, artist).Parts.Where(p => p.Part > 0 && p.Artist != artist).Take(count).Select(p => p.Artist));
        return [.. artists.Distinct()];
    }

    private IEnumerable<Reason> OfLately(Profile lately, int artist) => ArtistRecommender.Reasons(als, plays, lately, artist, 1)
        .Where(r => r.Kind == ReasonKind.BecauseYouPlayed).Select(r => r with { Kind = ReasonKind.PlayedLately });

    private Reason OfDislike(Profile profile, SongParts gain)
    {
        string names = string.Join(", ", profile.Disliked.Select(a => plays.Artists.Names[a]));
        string sides = $"{Invariant(gain.Taste + gain.Recency)} taste, {Invariant(gain.Mood)} mood";
        return new Reason(ReasonKind.UnlikeDisliked, Artist: names, Text: sides, Part: gain.Sum);

        static string Invariant(double value) => value.ToString("+0.000;-0.000;0.000", System.Globalization.CultureInfo.InvariantCulture);
    }
}
