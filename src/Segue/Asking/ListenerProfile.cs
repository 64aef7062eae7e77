using Segue.Import;
using Segue.Interactions;
using Profile = Segue.Interactions.Profile;

namespace Segue.Asking;

/// <summary>From a <see cref="Listener"/>, who has names, to a profile of dense indices of one model's plays.</summary>
/// <param name="home">Where profiles are kept.</param>
/// <param name="plays">What the model was trained on.</param>
/// <param name="warnings">Receives how much of each history matched.</param>
/// <param name="cancellationToken">Ends the reading of a history.</param>
internal sealed class ListenerProfile(string home, Plays plays, List<string> warnings, CancellationToken cancellationToken)
{
    /// <summary>The listener's plays, likes and dislikes; empty for <see cref="Listener.Anybody"/>. Liked and disliked names that nobody knows are
    /// warned of.</summary>
    /// <param name="listener">Who asks.</param>
    /// <param name="asksElse">Whether the request says something besides the listener: else names of which nobody knows any leave nothing to
    /// answer.</param>
    /// <exception cref="InvalidRequestException">One artist is liked and disliked.</exception>
    /// <exception cref="UnknownNameException">A user that the model does not know, or no name is known and nothing else is asked.</exception>
    /// <exception cref="SegueException">A history cannot be read, or nothing of it is known to the model.</exception>
    public Profile Of(Listener listener, bool asksElse = false) => plays.WithMains(AsPlayed(listener, asksElse));

    private Profile AsPlayed(Listener listener, bool asksElse)
    {
        List<string> unknown = [];
        int[] likes = Find(listener.Liked, unknown), dislikes = Find(listener.Disliked, unknown);
        if (likes.Intersect(dislikes).Select(a => plays.Artists.Names[a]).FirstOrDefault() is string both)
            throw new InvalidRequestException([new RequestFault("disliked", $"names '{both}', which is liked too; name it once", "another artist")]);
        Profile profile = listener.UserId is string user ? Profile.OfUser(plays, plays.ResolveUser(user)) : Profile.Of([]);
        if (listener.HistoryPath is string path)
            profile = Profile.Join(profile, Match(listener, HistoryReader.Read(path, cancellationToken), path));
        if (listener.ProfileName is string kept)
            profile = Profile.Join(profile, Match(listener, new ListenerProfiles(home).Load(kept), kept));
        if (unknown.Count > 0 && likes.Length + dislikes.Length + profile.Artists.Length == 0 && !asksElse)
            plays.Artists.Resolve(unknown[0]); // Better no answer than one for nobody.
        warnings.AddRange(unknown.Select(Warning));
        if (likes.Length == 0 && dislikes.Length == 0)
            return profile;

        // A like weighs as much as a typical artist of the history; alone, all likes weigh the same.
        float typical = profile.Plays.Length > 0 ? profile.Plays.Order().ElementAt(profile.Plays.Length / 2) : 1;
        return Profile.Join(profile, Profile.Of(likes.Select(a => (a, typical)), dislikes));
    }

    /// <summary>Spelling is as forgiving as for the names of a history.</summary>
    private int[] Find(IEnumerable<string> names, List<string> unknown)
    {
        List<int> found = [];
        foreach (string name in names)
        {
            int artist = plays.Artists.Find(name);
            if (artist >= 0)
                found.Add(artist);
            else
                unknown.Add(name);
        }

        return [.. found];
    }

    private string Warning(string name)
    {
        string[] near = [.. plays.Artists.ByName.Nearest(name, 2).Select(n => plays.Artists.Names[n.Row])];
        return $"no artist '{name}' is known{(near.Length == 0 ? "" : $"; the nearest: {string.Join(", ", near)}")}; left out";
    }

    private Profile Match(Listener listener, History history, string name)
    {
        TimeSpan? halfLife = listener.HalfLifeDays > 0 ? TimeSpan.FromDays(listener.HalfLifeDays) : null;
        (Profile profile, MatchReport report) = HistoryMatcher.ToArtists(history, plays.Artists, halfLife, Path.GetFileName(name));
        warnings.Add($"{name}: {report}");
        return profile.Artists.Length > 0 ? profile : throw new SegueException($"{name}: none of its artists is known to the model");
    }
}
