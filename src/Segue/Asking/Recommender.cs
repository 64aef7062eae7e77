using Segue.ModelFiles;
using Segue.Mood;

namespace Segue.Asking;

/// <summary>How a <see cref="Recommender"/> is opened.</summary>
public sealed record RecommenderOptions
{
    /// <summary>A file with words of one's own, read before the built-in ones; null for the built-in ones alone.</summary>
    public string? LexiconPath { get; init; }
}

/// <summary>
/// The front door: answers requests from the models of a home folder. Safe for many threads. A request is answered by one set of models from its
/// first step to its last, whatever <see cref="Refresh"/> and <see cref="Dispose"/> do meanwhile: models are released when the last request that
/// reads them is done.
/// </summary>
public sealed partial class Recommender : IDisposable
{
    private readonly SegueHome _home;
    private readonly Lexicon _lexicon;
    private readonly Lock _swapping = new();
    private Shared<LoadedModels> _models;

    private Recommender(SegueHome home, Lexicon lexicon)
    {
        (_home, _lexicon) = (home, lexicon);
        _models = new(new LoadedModels(home, lexicon));
    }

    /// <summary>The folder with the models, as a full path.</summary>
    public string Home => _home.Folder;

    /// <summary>The versions that answer now; null where there is none of a kind.</summary>
    /// <exception cref="ObjectDisposedException">After <see cref="Dispose"/>.</exception>
    public ModelVersions Versions
    {
        get
        {
            using Lease<LoadedModels> models = Acquire();
            return models.Value.Versions;
        }
    }

    /// <summary>Opens a home folder: cheap, models are mapped when they are first needed.</summary>
    /// <param name="home">The folder that holds <c>data/</c> and <c>models/</c>.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="SegueException">The lexicon cannot be read, or the folder's record of versions is damaged.</exception>
    public static Recommender Open(string home, RecommenderOptions? options = null) =>
        new(new SegueHome(home), options?.LexiconPath is string path ? Lexicon.Load(path) : Lexicon.Default);

    /// <summary>
    /// Looks for newer (or rolled back) versions in the home folder and answers with them from now on. Requests that run go on with the models they
    /// began with.
    /// </summary>
    /// <returns>Whether versions changed.</returns>
    /// <exception cref="SegueException">A new version cannot be opened; the old one stays in use.</exception>
    public bool Refresh()
    {
        lock (_swapping)
        {
            LoadedModels next = new(_home, _lexicon);
            if (next.Versions == Versions)
            {
                next.Dispose();
                return false;
            }

            try
            {
                next.Load();
            }
            catch
            {
                next.Dispose();
                throw;
            }

            Shared<LoadedModels> before = Interlocked.Exchange(ref _models, new Shared<LoadedModels>(next));
            before.Dispose();
            return true;
        }
    }

    /// <summary>Maps the models now, so that the first request does not wait.</summary>
    /// <exception cref="SegueException">A model is damaged.</exception>
    public void Load()
    {
        using Lease<LoadedModels> models = Acquire();
        models.Value.Load();
    }

    /// <summary>Gives the models back as soon as no request reads them any more; later requests are refused.</summary>
    public void Dispose()
    {
        lock (_swapping)
            _models.Dispose();
    }

    /// <summary>The models, kept until the lease is given back.</summary>
    internal Lease<LoadedModels> Acquire()
    {
        while (true)
        {
            Shared<LoadedModels> models = Volatile.Read(ref _models);
            if (models.TryAcquire(out Lease<LoadedModels>? lease))
                return lease;

            // Between reading the field and asking, the set was swapped: the next one is there already. A disposed one stays.
            ObjectDisposedException.ThrowIf(ReferenceEquals(models, Volatile.Read(ref _models)), this);
        }
    }
}
