namespace Segue.Hosting;

/// <summary>How an app uses Segue.</summary>
public sealed class SegueOptions
{
    /// <summary>The folder that holds <c>data/</c> and <c>models/</c>.</summary>
    public string Home { get; set; } = "./segue-home";

    /// <summary>A file with words of one's own for wishes, read before the built-in ones; null for the built-in ones alone.</summary>
    public string? LexiconPath { get; set; }

    /// <summary>How often to look for new versions of the models; <see cref="Timeout.InfiniteTimeSpan"/> for never.</summary>
    public TimeSpan RefreshEvery { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Map the models when the app starts, so that the first request does not wait; what cannot be mapped fails the start.</summary>
    public bool LoadAtStart { get; set; } = true;
}
