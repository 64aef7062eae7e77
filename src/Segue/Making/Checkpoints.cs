using Segue.Factorization;
using Segue.ModelFiles;

namespace Segue.Making;

/// <summary>
/// The state of a training in the home folder, kept every few seconds, so that a training that was stopped or killed can go on. Where it cannot be
/// kept (a full disk) the training goes on and says so once: hours of work are worth more than the right to interrupt them.
/// </summary>
internal sealed class Checkpoints
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private readonly CancellationToken _cancellationToken;
    private readonly List<string> _notes;
    private readonly string _path;
    private bool _isSaid;
    private long _last;

    public Checkpoints(SegueHome home, bool resume, TimeProvider time, List<string> notes, CancellationToken cancellationToken)
    {
        (_time, _notes, _cancellationToken) = (time, notes, cancellationToken);
        _path = Path.Combine(home.AlsModels.Folder, ".checkpoint.safetensors");
        _last = time.GetTimestamp();
        if (resume && File.Exists(_path))
            Found = AlsFiles.LoadCheckpoint(_path);
        else if (resume)
            notes.Add("there was no stopped training to resume; it started anew");
    }

    /// <summary>Where to go on, or null.</summary>
    public AlsCheckpoint? Found { get; }

    public void Keep(Func<AlsCheckpoint> take)
    {
        if (_time.GetElapsedTime(_last) < s_every && !_cancellationToken.IsCancellationRequested)
            return;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            AlsFiles.SaveCheckpoint(take(), _path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SegueException)
        {
            string problem = $"{_path}: the state of the training cannot be kept ({e.Message.TrimEnd('.')})";
            if (_cancellationToken.IsCancellationRequested)
                throw new SegueException($"{problem}; it is stopped, and --resume finds {(File.Exists(_path) ? "an older state" : "nothing")}", e);
            if (!_isSaid)
                _notes.Add($"{problem}; the training went on without, and could not have been resumed from there");
            _isSaid = true;
        }

        _last = _time.GetTimestamp();
    }

    /// <summary>The training is done. A state that cannot be deleted does no harm: it is its own training's and no other's.</summary>
    public void Drop()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _notes.Add($"{_path}: cannot be deleted ({e.Message.TrimEnd('.')})");
        }
    }
}
