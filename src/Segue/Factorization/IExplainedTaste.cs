using Segue.Interactions;

namespace Segue.Factorization;

/// <summary>A taste model that can say why, as the product needs it: <see cref="AlsModel"/> from plays alone, <see cref="SideInformed"/> with tags
/// and friends.</summary>
internal interface IExplainedTaste : ITasteModel
{
    /// <summary>Users of the training.</summary>
    int UserCount { get; }

    /// <summary>Artists of the plays; those with a larger index have a vector from elsewhere, such as their songs.</summary>
    int PlayedArtists { get; }

    /// <summary>How many users of the training had played an artist.</summary>
    int ListenersOf(int artist);

    /// <summary>The parts that a score is the sum of.</summary>
    AlsExplanation Explain(Profile profile, int artist);

    /// <summary>Where an artist would stand if the listener had never heard, liked or disliked some others.</summary>
    /// <param name="removed">Artists to take out of the history; none gives the score and rank as they are.</param>
    AlsCounterfactual Without(Profile profile, int artist, params IReadOnlyCollection<int> removed);
}
