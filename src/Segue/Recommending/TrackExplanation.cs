namespace Segue.Recommending;

/// <summary>What would become of a song if something were otherwise.</summary>
/// <param name="Without">"artist", "dislike" or "mood": the kind of thing that is taken away.</param>
/// <param name="Name">Its name: the artist, or the words of the wish.</param>
/// <param name="Score">The song's score then.</param>
/// <param name="Rank">Its rank then, 1-based.</param>
internal sealed record TrackCounterfactual(string Without, string Name, double Score, int Rank);

/// <summary>Everything behind a song's score for a listener.</summary>
/// <param name="Track">Dense index of the track.</param>
/// <param name="Score">0..1: the sum of the parts.</param>
/// <param name="Rank">1-based, among all candidates by score; versions of a song count once, caps and diversity do not count.</param>
/// <param name="Of">How many songs it is ranked among.</param>
/// <param name="LeftOut">Why an answer would leave it out, or null: the listener knows the artist, dislikes it, or a filter forbids the song.</param>
/// <param name="Parts">What the score is made of.</param>
/// <param name="Sources">What made it a candidate.</param>
/// <param name="Reasons">As in an answer.</param>
/// <param name="Counterfactuals">Each by ranking everything anew.</param>
internal sealed record TrackExplanation(
    int Track, double Score, int Rank, int Of, string? LeftOut, SongParts Parts, CandidateSources Sources, IReadOnlyList<Reason> Reasons,
    IReadOnlyList<TrackCounterfactual> Counterfactuals);
