namespace Segue.Making;

/// <summary>How far long work is.</summary>
/// <param name="Work">What is being done: "reading", "training", "embedding".</param>
/// <param name="Share">How much of it is done, 0..1; negative where nobody knows.</param>
/// <param name="Detail">What there is to see: "iteration 3 of 10, loss 0.0123".</param>
public readonly record struct MakingProgress(string Work, double Share, string Detail)
{
    /// <summary>Something that a person should see even where most reports are left out: what the work begins with.</summary>
    public bool IsMilestone { get; init; }
}

/// <summary>Told on the thread that reports, so that reports come in order.</summary>
internal sealed class Relay<T>(Action<T> tell) : IProgress<T>
{
    /// <summary>Turns the reports of a part into those of the whole; null where nobody listens.</summary>
    public static IProgress<T>? To(IProgress<MakingProgress>? progress, Func<T, MakingProgress> turn) =>
        progress is null ? null : new Relay<T>(report => progress.Report(turn(report)));

    public void Report(T value) => tell(value);
}
