using Segue.Factorization;
using Segue.Interactions;
using Segue.ModelFiles;
using Segue.Mood;
using Segue.Recommending;

namespace Segue.Asking;

/// <summary>A taste model of a home folder, with the plays it was trained on.</summary>
/// <param name="Version">The version's name.</param>
/// <param name="Als">The factors.</param>
/// <param name="Model">What scores and explains: <paramref name="Als"/> itself, or with tags and friends beside it.</param>
/// <param name="Plays">What it was trained on.</param>
internal sealed record TasteModel(string Version, AlsModel Als, IExplainedTaste Model, Plays Plays)
{
    /// <param name="home">The home folder.</param>
    /// <param name="files">Owns the mappings: the model is good until it is disposed.</param>
    /// <param name="version">Null for the one in use.</param>
    /// <exception cref="ModelNotFoundException">There is no such version.</exception>
    public static TasteModel Load(SegueHome home, MappedFiles files, string? version = null)
    {
        (string name, string folder) = home.AlsModels.Find(version);
        Plays plays = DataFiles.LoadPlays(Path.Combine(folder, DataFiles.PlaysName), files);
        AlsModel als = AlsFiles.Load(folder, files);
        return new TasteModel(name, als, SideFiles.LoadBeside(als, plays, folder, files), plays);
    }

    /// <summary>With the artists of the catalogue that nobody in the plays knows, by vectors from their songs.</summary>
    /// <exception cref="ArgumentException">They are those of another model.</exception>
    public TasteModel With(AllArtists joined)
    {
        IExplainedTaste model = joined.Of(Model);
        return this with { Als = model as AlsModel ?? ((SideInformed)model).Als, Model = model, Plays = joined.Of(Plays) };
    }
}

/// <summary>A database of songs of a home folder.</summary>
/// <param name="Version">The version's name.</param>
/// <param name="Songs">The songs, with all that is known of how they feel.</param>
internal sealed record MoodModel(string Version, SongIndex Songs)
{
    private WishReader? _reader;

    /// <inheritdoc cref="TasteModel.Load"/>
    public static MoodModel Load(SegueHome home, MappedFiles files, string? version = null)
    {
        (string name, string folder) = home.VdbModels.Find(version);
        return new MoodModel(name, VdbFiles.Load(folder, files));
    }

    /// <summary>The reader of wishes for these songs, made once: it learns the catalogue's names and embeds the lexicon.</summary>
    public WishReader ReaderOf(Lexicon lexicon) =>
        LazyInitializer.EnsureInitialized(ref _reader, () => WishReader.For(Songs.Tracks, lexicon, vocabulary: Songs.Knowledge));
}

/// <summary>
/// One set of models that answers are made of, never a mixture of two. Each kind is mapped when it is first needed, at the version that was in use
/// when the set was opened.
/// </summary>
internal sealed class LoadedModels : IDisposable
{
    private readonly MappedFiles _files = new();
    private readonly Lexicon _lexicon;
    private readonly Lazy<TasteModel> _taste;
    private readonly Lazy<MoodModel> _mood;
    private readonly Lazy<Pipeline> _pipeline;

    public LoadedModels(SegueHome home, Lexicon lexicon)
    {
        _lexicon = lexicon;
        Versions = new ModelVersions(home.AlsModels.Current(), home.VdbModels.Current());
        _taste = new(() => LoadTaste(home));
        _mood = new(() => MoodModel.Load(home, _files, Versions.Vdb));
        _pipeline = new(() => new Pipeline(Taste.Model, Taste.Plays, Mood.Songs));
    }

    /// <summary>What was in use when the set was opened; null where there was none of a kind.</summary>
    public ModelVersions Versions { get; }

    /// <exception cref="ModelNotFoundException">There is none yet.</exception>
    public TasteModel Taste => _taste.Value;

    /// <exception cref="ModelNotFoundException">There is none yet.</exception>
    public MoodModel Mood => _mood.Value;

    public Pipeline Pipeline => _pipeline.Value;

    public WishReader WishReader => Mood.ReaderOf(_lexicon);

    /// <summary>Maps what there is now, so that the first request does not wait.</summary>
    public void Load()
    {
        _ = Versions.Als is null ? null : Taste;
        _ = Versions.Vdb is null ? null : Mood;
    }

    public void Dispose() => _files.Dispose();

    /// <summary>Where there is a catalogue, every artist of it can be liked, resembled and explained.</summary>
    private TasteModel LoadTaste(SegueHome home)
    {
        TasteModel taste = TasteModel.Load(home, _files, Versions.Als);
        if (Versions.Vdb is not { } vdb)
            return taste;
        if (AllArtistsFile.Find(home, taste.Version, vdb, _files) is { } kept)
            return taste.With(kept);
        if (SongArtists.Join(taste.Als, taste.Plays, Mood.Songs) is not { } joined)
            return taste;
        AllArtistsFile.Keep(home, taste.Version, vdb, joined);
        return taste.With(joined);
    }
}
