using System.Text.Json.Serialization;
using Segue.Asking;
using Segue.Factorization;
using Segue.Interactions;

namespace Segue.Making;

/// <summary>A training of the taste model.</summary>
public sealed record TrainRequest
{
    /// <summary>What to learn from.</summary>
    public TrainingSource Source { get; init; } = new();

    /// <summary>How to train.</summary>
    public AlsOptions Options { get; init; } = new();

    /// <summary>
    /// 0..0.5: hold this share of the plays out first to find after how many iterations to stop, then train on everything for as many; 0 for
    /// <see cref="AlsOptions.Iterations"/>.
    /// </summary>
    public double Holdout { get; init; }

    /// <summary>What <see cref="Holdout"/> holds out; its share is that of <see cref="Holdout"/>.</summary>
    internal Division HoldoutBy { get; init; } = new();

    /// <summary>
    /// Choose ridge and popularity exponent by eight short trainings with a tenth held out, in place of the formula; for data of an odd kind. Needs 100
    /// listeners.
    /// </summary>
    public bool Choose { get; init; }

    /// <summary>Go on where a stopped training was; the result is the same as if it had not been stopped.</summary>
    public bool Resume { get; init; }

    /// <summary>Start from the factors of the current model, where listeners and artists are the same.</summary>
    public bool WarmStart { get; init; }

    /// <summary>Every fault of the request; empty when it can be made.</summary>
    public IReadOnlyList<RequestFault> Validate() =>
    [
        .. Source.Faults(),
        .. Check.Between("holdout", Holdout, 0, 0.5),
        .. Holdout == 0 && HoldoutBy.Kind != DivisionKind.Random
            ? [new RequestFault("split", "says what a part that is held out consists of, but none is; name its share too", "with holdout")]
            : Check.Fine,
        .. Options.Objective == AlsObjective.Classic && (Source.TagsPath ?? Source.FriendsPath) is not null
            ? [new RequestFault("objective", "must be ials where files of tags or friends are named", "ials")]
            : Check.Fine,
        .. Check.Reads("options", "", _ =>
        {
            Options.Validate();
            return true;
        }),
    ];
}

/// <summary>What a training made.</summary>
/// <param name="Users">Listeners.</param>
/// <param name="Items">Artists.</param>
/// <param name="Nonzeros">Pairs of a listener and an artist.</param>
/// <param name="Factors">Length of the vectors.</param>
/// <param name="Iterations">How many there were.</param>
/// <param name="Loss">After each iteration, per cell.</param>
/// <param name="SecondsPerIteration">Of each.</param>
/// <param name="Seconds">Of the training in all, without reading and saving.</param>
/// <param name="PeakMemoryBytes">The most this process has held.</param>
/// <param name="Model">The version that was made, and is in use now.</param>
/// <param name="Kind">"als", or "als+tags+friends" with what it learnt from besides.</param>
public sealed record TrainReport(
    int Users,
    int Items,
    int Nonzeros,
    int Factors,
    int Iterations,
    IReadOnlyList<double> Loss,
    IReadOnlyList<double> SecondsPerIteration,
    double Seconds,
    long PeakMemoryBytes,
    string Model,
    string Kind)
{
    /// <summary>What it learnt from besides plays: "12,000 tags of artists, 25,434 friendships"; null for nothing.</summary>
    [JsonIgnore]
    public string? Side { get; init; }

    /// <summary>What a person should know of it.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>What an extension of a model made.</summary>
/// <param name="Users">Listeners that the model knows now.</param>
/// <param name="Items">Artists that it knows now.</param>
/// <param name="Nonzeros">Pairs that it knows now.</param>
/// <param name="Factors">Length of the vectors.</param>
/// <param name="Seconds">Of the work, without reading and saving.</param>
/// <param name="Model">The version that was made; the old one where there was nothing to add.</param>
/// <param name="Kind">As of the old one.</param>
/// <param name="Extended">What was added.</param>
public sealed record ExtendReport(int Users, int Items, int Nonzeros, int Factors, double Seconds, string Model, string Kind, Extension Extended)
{
    /// <summary>What a person should know of it.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>What is new in an extended model.</summary>
/// <param name="From">The version before.</param>
/// <param name="NewUsers">Listeners that it did not know.</param>
/// <param name="NewItems">Artists that it did not know.</param>
/// <param name="NewPairs">Pairs of these.</param>
/// <param name="LeftOut">Pairs of known listeners and known artists that differ from what it was trained on; a training anew learns from
/// them.</param>
public sealed record Extension(string From, int NewUsers, int NewItems, int NewPairs, int LeftOut);
