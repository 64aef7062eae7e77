using Segue.Catalogue;
using Segue.Interactions;
using Segue.Numerics;

namespace Segue.Mood.Knowledge;

/// <summary>What listeners say of artists: who plays them, with whom, and how they tag them.</summary>
/// <param name="Artists">The artists of the plays.</param>
/// <param name="Listeners">How many people play each.</param>
/// <param name="Factors">A vector an artist from who plays what, such as ALS finds it; zeros where nobody does.</param>
/// <param name="Side">Tags; null or empty where nobody tagged.</param>
internal sealed record ListenerEvidence(Artists Artists, ReadOnlyMemory<int> Listeners, MatrixView Factors, SideInformation? Side);
