using System.Runtime.InteropServices;
using System.Text.Json;
using Segue.Factorization;
using Segue.Interactions;

namespace Segue.ModelFiles;

/// <summary>
/// Tags and friends on disk: as they were imported, beside the plays they belong to; and as a taste model needs them, beside its factors. A model
/// without the file knows plays alone, as all models did before there was one.
/// </summary>
internal static class SideFiles
{
    public const string FileName = "side.safetensors";

    private const string InformationMagic = "side", ModelMagic = "als-side", Tags = "tags", TagNames = "tag_names", Friends = "friends", OptionsKey = "options";
    private const int InformationVersion = 1, ModelVersion = 1;

    /// <summary>Writes tags (user, artist, tag: one tagging a row) and friends into the folder of imported plays.</summary>
    public static void SaveInformation(SideInformation side, string folder)
    {
        TensorWriter file = new(InformationMagic, InformationVersion);
        Tagging[] taggings = [.. side.Taggings];
        file.Add<int>(Tags, MemoryMarshal.Cast<Tagging, int>(taggings).ToArray(), taggings.Length, 3);
        file.Add(TagNames, side.TagNames);
        AddMatrix(file, Friends, side.Friends);
        file.Save(Path.Combine(folder, FileName));
    }

    /// <summary>The tags and friends that were imported with these plays, or null.</summary>
    /// <param name="files">Owns the mapping: what is returned is good until it is disposed.</param>
    /// <exception cref="ModelFileException">Damaged or foreign.</exception>
    public static SideInformation? LoadInformation(Plays plays, string folder, MappedFiles files)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;
        TensorFile file = files.Open(path, InformationMagic, InformationVersion);
        Tagging[] taggings = MemoryMarshal.Cast<int, Tagging>(file.Read<int>(Tags).Span).ToArray();
        int users = plays.UserIds.Count, tags = file.ReadText(TagNames).Count;
        return Columns.Checked(file, () => taggings.All(t => t.User >= -1 && t.User < users && Within(t.Artist, plays.Artists.Count) && Within(t.Tag, tags))
            ? new SideInformation(taggings, file.ReadText(TagNames), ReadMatrix(file, Friends, users, users))
            : throw new ArgumentException("a tagging is of no user, artist or tag that there is"));
    }

    /// <summary>Writes what recommending needs of tags and friends beside a model's factors.</summary>
    public static void Save(SideInformed model, string folder)
    {
        TensorWriter file = new(ModelMagic, ModelVersion);
        file.Metadata[OptionsKey] = JsonSerializer.Serialize(model.Options, OptionsJson.Default.SideOptions);
        AddMatrix(file, Tags, model.TagsOf);
        file.Add(TagNames, model.TagNames);
        AddMatrix(file, Friends, model.Friends);
        file.Save(Path.Combine(folder, FileName));
    }

    /// <summary>The taste model of a folder: with tags and friends where they were saved, else <paramref name="als"/> itself.</summary>
    /// <param name="plays">What it was trained on, from the same folder.</param>
    /// <param name="files">Owns the mapping: the model is good until it is disposed.</param>
    /// <exception cref="ModelFileException">Damaged or foreign.</exception>
    public static IExplainedTaste LoadBeside(AlsModel als, Plays plays, string folder, MappedFiles files)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return als;
        TensorFile file = files.Open(path, ModelMagic, ModelVersion);
        int users = plays.UserIds.Count;
        return Columns.Checked(file, () => new SideInformed(
            als,
            plays.Counts,
            ReadMatrix(file, Tags, plays.Artists.Count, file.ReadText(TagNames).Count),
            file.ReadText(TagNames),
            ReadMatrix(file, Friends, users, users),
            OptionsOf(file)));
    }

    private static SideOptions OptionsOf(TensorFile file)
    {
        try
        {
            return OptionsJson.Read(file.Metadata.GetValueOrDefault(OptionsKey) ?? "", new SideOptions(), OptionsJson.Default.SideOptions);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new ModelFileException(file.Path, "is damaged: its options cannot be read", e);
        }
    }

    private static void AddMatrix(TensorWriter file, string name, CsrMatrix? matrix)
    {
        if (matrix is null)
            return;
        file.Add(name + ".starts", matrix.Starts);
        file.Add(name + ".columns", matrix.Indices);
        file.Add(name + ".values", matrix.Values);
    }

    private static CsrMatrix? ReadMatrix(TensorFile file, string name, int rows, int columns) => file.Has(name + ".starts")
        ? new CsrMatrix(rows, columns, file.Read<int>(name + ".starts"), file.Read<int>(name + ".columns"), file.Read<float>(name + ".values"))
        : null;

    private static bool Within(int index, int count) => (uint)index < (uint)count;
}
