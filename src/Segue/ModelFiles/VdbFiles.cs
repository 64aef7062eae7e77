using Segue.Catalogue;
using Segue.Mood;
using Segue.Mood.Knowledge;
using Segue.Numerics;
using Segue.Recommending;
using Segue.VectorSearch;

namespace Segue.ModelFiles;

/// <summary>A vector database of songs in a folder: the tracks, their percentiles, the vectors of their descriptions.</summary>
internal static class VdbFiles
{
    public const string MoodName = "mood.safetensors";

    private const int MoodVersion = 1;
    private const string Magic = "mood", Embedder = "embedder", Percentiles = "percentiles", Regions = "regions", TrackOfRow = "track_of_row";

    public static void Save(SongIndex songs, string folder)
    {
        DataFiles.SaveTracks(songs.Tracks, Path.Combine(folder, DataFiles.TracksName));
        TensorWriter file = new(Magic, MoodVersion);
        file.Metadata[Embedder] = songs.Embedder;
        file.Add(Percentiles, songs.Percentiles.Memory, songs.Percentiles.Rows, songs.Percentiles.Columns);
        if (songs.Regions is { } regions)
            file.Add(Regions, regions.Values.Memory, regions.Values.Rows, regions.Values.Columns);
        file.Add(TrackOfRow, songs.TrackOfRow);
        file.Save(Path.Combine(folder, MoodName));
        if (songs.Knowledge is { } knowledge)
            KnowledgeFiles.Save(knowledge, folder);
        VectorIndexFiles.Save(songs.Vectors, Path.Combine(folder, VectorIndexFiles.FileName));
    }

    /// <summary>Opens a database; its vectors are opened, and checked, when they are first needed.</summary>
    /// <param name="files">Owns the mappings, that of the vectors too: the database is good until it is disposed.</param>
    /// <exception cref="ModelFileException">A file is missing, damaged, foreign, or not of the same database.</exception>
    public static SongIndex Load(string folder, MappedFiles files)
    {
        Tracks tracks = DataFiles.LoadTracks(Path.Combine(folder, DataFiles.TracksName), files);
        TensorFile file = files.Open(Path.Combine(folder, MoodName), Magic, MoodVersion);
        string embedder = file.Metadata.GetValueOrDefault(Embedder) ?? throw new ModelFileException(file.Path, "does not say which embedder made its vectors");
        Lazy<IVectorIndex> vectors = new(() => VectorIndexFiles.Open(Path.Combine(folder, VectorIndexFiles.FileName), files));
        MoodRegions? regions = file.Has(Regions) ? Columns.Checked(file, () => new MoodRegions(file.ReadMatrix(Regions), Lexicon.Default)) : null;
        MatrixView percentiles = file.ReadMatrix(Percentiles);
        SongKnowledge? knowledge = percentiles.Columns == tracks.Count ? KnowledgeFiles.Load(tracks, percentiles, folder, files) : null;
        return Columns.Checked(file, () => new SongIndex(tracks, percentiles, regions, vectors, file.Read<int>(TrackOfRow), embedder, knowledge));
    }
}
