using Segue.Factorization;
using Segue.Making;
using Segue.ModelFiles;
using Segue.Numerics;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a state that cannot be kept ends no training, is said once, and leaves nothing behind. Method: a folder where the file belongs, a disk
/// that is too small, and a clock that lets every call through. Would fail: with the error let through.
/// </summary>
public sealed class CheckpointTests
{
    [Fact]
    public void A_state_that_cannot_be_kept_is_said_once_and_ends_nothing()
    {
        using ScratchFolder home = new();
        string place = home.File("models/als/.checkpoint.safetensors");
        Directory.CreateDirectory(place);
        List<string> notes = [];
        Checkpoints checkpoints = new(new SegueHome(home.Path), resume: false, new Hours(), notes, CancellationToken.None);
        for (int i = 0; i < 3; i++)
            checkpoints.Keep(State);
        Assert.StartsWith($"{place}: the state of the training cannot be kept", Assert.Single(notes));
        Assert.Equal([place], Directory.GetFileSystemEntries(home.File("models/als")));

        using CancellationTokenSource stop = new();
        stop.Cancel();
        checkpoints = new(new SegueHome(home.Path), resume: false, new Hours(), notes, stop.Token);
        Assert.Contains("it is stopped, and --resume finds nothing", Assert.Throws<SegueException>(() => checkpoints.Keep(State)).Message);
    }

    [Fact]
    public void A_full_disk_is_one_such_case_and_the_older_state_stays()
    {
        using ScratchFolder home = new();
        using Mount? small = Mount.Tmpfs(home.Path, "size=64k");
        Assert.SkipWhen(small is null, "needs the right to mount a small file system");
        List<string> notes = [];
        Checkpoints checkpoints = new(new SegueHome(home.Path), resume: false, new Hours(), notes, CancellationToken.None);
        checkpoints.Keep(State);
        Assert.Empty(notes);
        string[] before = Directory.GetFileSystemEntries(home.File("models/als"));
        home.Write("ballast", new string('x', 50_000));
        checkpoints.Keep(State);
        checkpoints.Keep(State);
        Assert.Single(notes);
        Assert.Equal(before, Directory.GetFileSystemEntries(home.File("models/als")));
        Assert.Equal(3, AlsFiles.LoadCheckpoint(before[0]).Iteration);
        checkpoints.Drop();
        Assert.Empty(Directory.GetFileSystemEntries(home.File("models/als")));
    }

    private static AlsCheckpoint State()
    {
        MatrixView factors = new(new float[800], 100, 8), none = new(ReadOnlyMemory<float>.Empty, 0, 8);
        return new AlsCheckpoint("problem", "width", 3, factors, factors, [1, 2, 3], [], none, none);
    }

    /// <summary>An hour passes between any two looks.</summary>
    private sealed class Hours : TimeProvider
    {
        private long _looks;

        public override long GetTimestamp() => ++_looks * TimestampFrequency * 3600;
    }
}
