using Segue.Factorization;
using Segue.ModelFiles;

namespace Segue.Making;

/// <summary>The state of a training in the home folder, kept every few seconds, so that a training that was stopped or killed can go on.</summary>
internal sealed class Checkpoints
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private readonly CancellationToken _cancellationToken;
    private readonly string _path;
    private long _last;

    public Checkpoints(SegueHome home, bool resume, TimeProvider time, List<string> notes, CancellationToken cancellationToken)
    {
        (_time, _cancellationToken) = (time, cancellationToken);
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
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        AlsFiles.SaveCheckpoint(take(), _path);
        _last = _time.GetTimestamp();
    }

    public void Drop() => File.Delete(_path);
}
