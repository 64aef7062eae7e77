using System.Globalization;
using System.Text.Json;
using Segue.Factorization;
using Segue.Numerics;
using Segue.Writing;

namespace Segue.ModelFiles;

/// <summary>A factorization as one tensor file, mapped when it is opened: start-up does not depend on its size, and processes share it.</summary>
internal static class AlsFiles
{
    public const string ModelName = "als.safetensors";

    private const string Magic = "als";
    private const string CheckpointMagic = "als-checkpoint";
    private const int LayoutVersion = 1;
    private const string OptionsKey = "options";

    /// <summary>Writes <see cref="ModelName"/> into a folder. The same model gives the same bytes.</summary>
    public static void Save(AlsModel model, string folder)
    {
        TensorWriter file = new(Magic, LayoutVersion);
        file.Metadata[OptionsKey] = ToJson(model.Options);
        file.Add("users", model.UserFactors.Memory, model.UserFactors.Rows, model.UserFactors.Columns);
        file.Add("artists", model.ArtistFactors.Memory, model.ArtistFactors.Rows, model.ArtistFactors.Columns);
        file.Add<double>("gramian_diagonal", model.GramianDiagonal.ToArray());
        file.Add<int>("listeners", model.Listeners.ToArray());
        file.Add<float>("confidence_scale", new[] { model.ConfidenceScale });
        file.Save(Path.Combine(folder, ModelName));
    }

    /// <param name="files">Owns the mapping: the model is good until it is disposed.</param>
    /// <exception cref="ModelFileException">Missing, damaged or foreign.</exception>
    public static AlsModel Load(string folder, MappedFiles files)
    {
        TensorFile file = files.Open(Path.Combine(folder, ModelName), Magic, LayoutVersion);
        AlsOptions options = FromJson(file);
        return Columns.Checked(file, () => new AlsModel(
            options,
            file.ReadMatrix("users"),
            file.ReadMatrix("artists"),
            file.Read<double>("gramian_diagonal").Span,
            file.Read<int>("listeners"),
            file.Read<float>("confidence_scale", 1).Span[0]));
    }

    /// <summary>Writes a checkpoint in the place of the old one: killed at any moment, one of the two is there, whole.</summary>
    public static void SaveCheckpoint(AlsCheckpoint checkpoint, string path)
    {
        TensorWriter file = new(CheckpointMagic, LayoutVersion);
        file.Metadata["problem"] = checkpoint.ProblemKey;
        file.Metadata["vector_width"] = checkpoint.VectorWidth;
        file.Metadata["iteration"] = checkpoint.Iteration.ToString(CultureInfo.InvariantCulture);
        foreach ((string name, MatrixView matrix) in (ReadOnlySpan<(string, MatrixView)>)[
            ("users", checkpoint.Users), ("artists", checkpoint.Artists), ("best_users", checkpoint.BestUsers), ("best_artists", checkpoint.BestArtists)])
        {
            file.Add(name, matrix.Memory, matrix.Rows, matrix.Columns);
        }

        file.Add<double>("losses", checkpoint.Losses.ToArray());
        file.Add<double>("validations", checkpoint.Validations.ToArray());
        AtomicFile.Write(path, file.Save);
    }

    /// <exception cref="ModelFileException">Missing, damaged or foreign.</exception>
    public static AlsCheckpoint LoadCheckpoint(string path)
    {
        using TensorFile file = TensorFile.Open(path, CheckpointMagic, LayoutVersion);
        if (!int.TryParse(file.Metadata.GetValueOrDefault("iteration"), NumberStyles.None, CultureInfo.InvariantCulture, out int iteration))
            throw new ModelFileException(path, "is damaged: its iteration is no number");
        return new AlsCheckpoint(
            file.Metadata.GetValueOrDefault("problem") ?? "",
            file.Metadata.GetValueOrDefault("vector_width") ?? "unknown",
            iteration,
            file.ReadMatrix("users").Copy(),
            file.ReadMatrix("artists").Copy(),
            file.Read<double>("losses").ToArray(),
            file.Read<double>("validations").ToArray(),
            file.ReadMatrix("best_users").Copy(),
            file.ReadMatrix("best_artists").Copy());
    }

    /// <summary>Threads have no part in a model's bytes.</summary>
    internal static string ToJson(AlsOptions options) => JsonSerializer.Serialize(options with { Threads = 0 }, OptionsJson.Default.AlsOptions);

    internal static AlsOptions FromJson(TensorFile file)
    {
        try
        {
            AlsOptions options = OptionsJson.Read(file.Metadata.GetValueOrDefault(OptionsKey) ?? "", new AlsOptions(), OptionsJson.Default.AlsOptions);
            options.Validate();
            return options.IsResolved() ? options : throw new JsonException();
        }
        catch (Exception e) when (e is JsonException or SegueException or NotSupportedException)
        {
            throw new ModelFileException(file.Path, "is damaged: its options cannot be read", e);
        }
    }
}
