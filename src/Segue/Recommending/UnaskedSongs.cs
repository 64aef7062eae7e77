using Segue.Interactions;
using Segue.Mood.Concepts;

namespace Segue.Recommending;

/// <summary>
/// What nobody asked for where there is no wish: noise, children's songs, spoken word, Christmas, karaoke. A listener whose own artists have enough
/// of a kind lives with it, and gets it.
/// </summary>
internal sealed class UnaskedSongs(SongIndex songs, SongJoin join)
{
    /// <summary>The share of the songs of a listener's artists from which on a kind is theirs.</summary>
    private const double TheirsFrom = 0.25;

    /// <summary>What costs less than this comes later in a wish, but is music for listening.</summary>
    private const float NoMusicFrom = 9;

    /// <summary>Whether a track is to be kept from a listener; null where nothing is known of the songs.</summary>
    public Func<int, bool>? KeptFrom(Profile profile)
    {
        if (songs.Knowledge is not { } knowledge)
            return null;
        Intruder theirs = Theirs(profile, knowledge.Intruders);
        Dictionary<ushort, bool> known = [];
        return track =>
        {
            ushort kinds = knowledge.Intruders.Span[track];
            if (kinds == 0)
                return false;
            if (!known.TryGetValue(kinds, out bool kept))
                known[kinds] = kept = IntruderTable.Default.PenaltyOf((Intruder)kinds & ~theirs) >= NoMusicFrom;
            return kept;
        };
    }

    public string NameOf(int track) =>
        string.Join(" and ", IntruderTable.Kinds((Intruder)songs.Knowledge!.Intruders.Span[track]).Select(IntruderTable.NameOf));

    private Intruder Theirs(Profile profile, ReadOnlyMemory<ushort> kinds)
    {
        int all = 0;
        Dictionary<Intruder, int> counts = [];
        foreach (int track in profile.Artists.SelectMany(a => join.SongsOf(a).ToArray()))
        {
            all++;
            Intruder of = (Intruder)kinds.Span[track];
            foreach (Intruder kind in of == Intruder.None ? [] : IntruderTable.Kinds(of))
                counts[kind] = counts.GetValueOrDefault(kind) + 1;
        }

        // Christmas has its time, however many songs for it a singer has sung.
        return counts.Where(c => c.Value >= TheirsFrom * all).Aggregate(Intruder.None, (theirs, c) => theirs | c.Key) & ~Intruder.Christmas;
    }
}
