using Segue.Interactions;

namespace Segue.Factorization;

/// <summary>Anything that can rank artists for a listener: ALS and the models it is compared with.</summary>
internal interface ITasteModel
{
    /// <summary>"als", "ease", "popularity" ...: what <c>--model</c> takes.</summary>
    string Name { get; }

    int ArtistCount { get; }

    /// <summary>Scores every artist for a listener, known to the training or not; higher is better. Artists that were heard are scored too.</summary>
    /// <param name="profile">The listener; its indices are below <see cref="ArtistCount"/>.</param>
    /// <param name="scores">One an artist.</param>
    void Score(Profile profile, Span<float> scores);
}
