using Segue.Catalogue;
using Segue.Mood.Knowledge;
using Segue.Numerics;

namespace Segue.ModelFiles;

/// <summary>What is known of a catalogue's songs beyond how they sound (<see cref="SongKnowledge"/>), beside its index. An index without the file
/// ranks by features and genres.</summary>
internal static class KnowledgeFiles
{
    public const string FileName = "knowledge.safetensors";

    private const string Magic = "knowledge";
    private const int Version = 1;

    public static void Save(SongKnowledge knowledge, string folder)
    {
        TensorWriter file = new(Magic, Version);
        file.Add("versions", knowledge.Facts.VersionOf);
        file.Add("fame", knowledge.Fame.Memory, knowledge.Fame.Rows, knowledge.Fame.Columns);
        file.Add("intruders", knowledge.Intruders);
        file.Add("compilations", knowledge.Compilations.Titles);
        file.Add("compilations.songs", knowledge.Compilations.Songs);
        file.Add("titles", knowledge.Titles.Words);
        file.Add("titles.tracks", knowledge.Titles.Tracks);
        file.Add("albums", knowledge.Albums.Words);
        file.Add("albums.tracks", knowledge.Albums.Tracks);
        file.Add("artists", knowledge.Artists.Vectors, knowledge.Artists.Known.Length, knowledge.Artists.Dimensions);
        file.Add("artists.known", knowledge.Artists.Known);
        file.Add("tags", knowledge.Tags.Names);
        file.Add("tags.artists", knowledge.Tags.Artists);
        file.Add("tags.people", knowledge.Tags.People);
        file.Add("tags.shares", knowledge.Tags.Shares);
        file.Add<int>("tags.uses", knowledge.Tags.Uses);
        file.Add("tags.ridges", knowledge.Tags.Ridges, knowledge.Tags.Names.Count, knowledge.Tags.Columns);
        file.Add("cosines", knowledge.Cosines);
        file.Add<float>("ridge", knowledge.Ridge.Ridge.Packed());
        file.Save(Path.Combine(folder, FileName));
    }

    /// <summary>The knowledge beside an index, or null where it was made without.</summary>
    /// <exception cref="ModelFileException">Damaged, foreign, or of other tracks.</exception>
    public static SongKnowledge? Load(Tracks tracks, MatrixView percentiles, string folder, MappedFiles files)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;
        TensorFile file = files.Open(path, Magic, Version);
        return Columns.Checked(file, () =>
        {
            int artistCount = tracks.ArtistNames.Count, n = tracks.Count;
            CatalogueFacts facts = new(tracks, file.Read<int>("versions", n));
            int dimensions = checked((int)file.Shape("artists")[1]), tagColumns = checked((int)file.Shape("tags.ridges")[1]);
            ArtistSpace artists = dimensions == 0 ? ArtistSpace.Empty
                : new ArtistSpace(file.Read<Half>("artists", artistCount, dimensions), file.Read<float>("artists.known", artistCount), dimensions);
            TagSpace tags = new(file.ReadText("tags"), file.ReadRagged<int>("tags.artists"), file.ReadRagged<float>("tags.people"), file.ReadRagged<float>("tags.shares"),
                file.Read<int>("tags.uses").ToArray(), file.Read<float>("tags.ridges"), tagColumns);
            ReadOnlyMemory<sbyte> cosines = file.Read<sbyte>("cosines", (long)n * CompilationRidge.Cosines);
            int columns = CompilationRidge.ColumnsOf(artists.Dimensions, tracks.GenreNames.Count);
            Lazy<Ridge> ridge = new(() => Ridge.Unpack(file.Read<float>("ridge").Span, columns));
            return new SongKnowledge(
                facts, new MatrixView(file.Read<float>("fame", Fame.Views, n), Fame.Views, n), file.Read<ushort>("intruders", n),
                new Compilations(file.ReadText("compilations"), file.ReadRagged<int>("compilations.songs")),
                new NameWords(tracks.Titles, file.ReadText("titles"), file.ReadRagged<int>("titles.tracks")),
                new NameWords(tracks.Albums, file.ReadText("albums"), file.ReadRagged<int>("albums.tracks")),
                artists, tags, new CompilationRidge(facts, percentiles, artists, cosines, ridge), cosines);
        });
    }
}
