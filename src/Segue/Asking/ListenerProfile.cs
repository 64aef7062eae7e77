using Segue.Import;
using Segue.Interactions;
using Profile = Segue.Interactions.Profile;

namespace Segue.Asking;

/// <summary>From a <see cref="Listener"/>, who has names, to a profile of dense indices of one model's plays.</summary>
/// <param name="home">Where profiles are kept.</param>
/// <param name="plays">What the model was trained on.</param>
/// <param name="notes">Receives how much of each history matched.</param>
/// <param name="cancellationToken">Ends the reading of a history.</param>
internal sealed class ListenerProfile(string home, Plays plays, List<string> notes, CancellationToken cancellationToken)
{
    /// <summary>The listener's plays, likes and dislikes; empty for <see cref="Listener.Anybody"/>.</summary>
    /// <exception cref="UnknownNameException">A name that the model does not know.</exception>
    /// <exception cref="SegueException">A history cannot be read, or nothing of it is known to the model.</exception>
    public Profile Of(Listener listener)
    {
        int[] likes = [.. listener.Liked.Select(plays.Artists.Resolve)], dislikes = [.. listener.Disliked.Select(plays.Artists.Resolve)];
        Profile profile = listener.UserId is string user ? Profile.OfUser(plays, plays.ResolveUser(user)) : Profile.Of([]);
        if (listener.HistoryPath is string path)
            profile = Profile.Join(profile, Match(listener, HistoryReader.Read(path, cancellationToken), path));
        if (listener.ProfileName is string kept)
            profile = Profile.Join(profile, Match(listener, new ListenerProfiles(home).Load(kept), kept));
        if (likes.Length == 0 && dislikes.Length == 0)
            return profile;

        // A like weighs as much as a typical artist of the history; alone, all likes weigh the same.
        float typical = profile.Plays.Length > 0 ? profile.Plays.Order().ElementAt(profile.Plays.Length / 2) : 1;
        return Profile.Join(profile, Profile.Of(likes.Select(a => (a, typical)), dislikes));
    }

    private Profile Match(Listener listener, History history, string name)
    {
        TimeSpan? halfLife = listener.HalfLifeDays > 0 ? TimeSpan.FromDays(listener.HalfLifeDays) : null;
        (Profile profile, MatchReport report) = HistoryMatcher.ToArtists(history, plays.Artists, halfLife, Path.GetFileName(name));
        notes.Add($"{name}: {report}");
        return profile.Artists.Length > 0 ? profile : throw new SegueException($"{name}: none of its artists is known to the model");
    }
}
