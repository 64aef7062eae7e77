using Segue.ModelFiles;
using Segue.VectorSearch;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: whoever loads a model can give it back at once, nobody reads memory that was given back, and nothing is left over. Method: leases under
/// threads, uses after the owner is gone, thousands of opens and swaps in child processes that count their mappings and handles, and the same with
/// addresses that are never reused, so that a late reader crashes. Seen to fail: a swap
/// that disposes at once (with and without the guard the child dies), factors behind a finalizer (the child that reads them late dies), children run
/// from a module initializer (every thread of theirs waited for ever).
/// </summary>
public sealed class OwnershipTests
{
    [Fact]
    public void A_shared_value_is_disposed_once_when_it_is_retired_and_the_last_lease_is_back()
    {
        Probe probe = new();
        Shared<Probe> shared = new(probe);
        Lease<Probe> first = shared.Acquire(), second = shared.Acquire();
        Assert.Same(probe, first.Value);
        shared.Retire();
        shared.Dispose();
        Assert.False(shared.TryAcquire(out _));
        Assert.Throws<ObjectDisposedException>(shared.Acquire);
        Assert.Same(probe, second.Value);
        first.Dispose();
        first.Dispose(); // The second lease must not go with it.
        Assert.Throws<ObjectDisposedException>(() => first.Value);
        Assert.Equal(0, probe.Disposals);
        second.Dispose();
        Assert.Equal(1, probe.Disposals);

        Probe unused = new();
        new Shared<Probe>(unused).Retire();
        Assert.Equal(1, unused.Disposals);
    }

    [Fact]
    public async Task Leases_hold_while_eight_readers_meet_a_thousand_swaps()
    {
        List<Probe> all = [new()];
        Shared<Probe> current = new(all[0]);
        using CancellationTokenSource done = new();
        int uses = 0;
        Task[] readers = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                if (!Volatile.Read(ref current).TryAcquire(out Lease<Probe>? lease))
                    continue;
                using (lease)
                {
                    for (int i = 0; i < 20; i++)
                        Assert.Equal(0, lease.Value.Disposals);
                }

                Assert.Throws<ObjectDisposedException>(() => lease.Value);
                Interlocked.Increment(ref uses);
            }
        }))];
        for (int swap = 0; swap < 1_000; swap++)
        {
            int before = Volatile.Read(ref uses);
            all.Add(new Probe());
            Interlocked.Exchange(ref current, new Shared<Probe>(all[^1])).Retire();
            if (swap % 10 == 0)
                SpinWait.SpinUntil(() => Volatile.Read(ref uses) > before || readers.Any(r => r.IsCompleted));
        }

        await done.CancelAsync();
        await Task.WhenAll(readers);
        Assert.All(all.SkipLast(1), p => Assert.Equal(1, p.Disposals));
        Assert.Equal(0, all[^1].Disposals);
        current.Retire();
        Assert.Equal(1, all[^1].Disposals);
    }

    [Fact]
    public void What_was_loaded_says_that_it_is_gone()
    {
        using ScratchFolder folder = new();
        OwnershipChild.SaveModels(folder.Path, 1);
        MappedFiles files = new();
        OwnedModel model = OwnedModel.Load(folder.Path, files);
        Assert.True(model.Answer(3) > 0);
        IVectorIndex vectors = model.Songs.Vectors;
        float[] query = new float[vectors.Dimensions], scores = new float[model.Als.ArtistCount];
        query[0] = 1;
        files.Dispose();
        files.Dispose();

        Assert.Throws<ObjectDisposedException>(() => model.Als.FoldIn(new() { Artists = [1], Plays = [1] }));
        Assert.Throws<ObjectDisposedException>(() => model.Als.Score(new float[model.Als.Options.Factors], scores));
        Assert.Throws<ObjectDisposedException>(() => model.Als.SimilarArtists(1, 3));
        Assert.Throws<ObjectDisposedException>(() => model.Als.UserVector(0));
        Assert.Throws<ObjectDisposedException>(() => model.Als.ListenersOf(0));
        Assert.Throws<ObjectDisposedException>(() => model.Plays.IndexOfUser("ann"));
        Assert.Throws<ObjectDisposedException>(() => model.Plays.Counts.RowLength(0));
        Assert.Throws<ObjectDisposedException>(() => model.Songs.Tracks.DisplayName(0));
        Assert.Throws<ObjectDisposedException>(() => model.Songs.VectorOf(0));
        Assert.Throws<ObjectDisposedException>(() => vectors.Search(query, 3));
        Assert.Throws<ObjectDisposedException>(() => vectors.Search(query, 3, RowSet.Of(10, [1, 2])));
        Assert.Throws<ObjectDisposedException>(() => DataFiles.LoadPlays(folder.File(DataFiles.PlaysName), files));
    }

    [Theory]
    [InlineData("flat", Quantization.Int8)]
    [InlineData("hnsw", Quantization.None)]
    public void Indexes_that_are_read_by_pointer_say_so_too(string kind, Enum quantizationGiven)
    {
        Quantization quantization = (Quantization)quantizationGiven;
        using ScratchFolder folder = new();
        Numerics.MatrixView rows = ObviousIndex.Clustered(600, 16, 4);
        IVectorIndex built = kind == "flat" ? new FlatIndex(rows, Metric.Cosine, quantization) : HnswIndex.Build(rows, Metric.Cosine);
        VectorIndexFiles.Save(built, folder.File("v"));
        MappedFiles files = new();
        IVectorIndex index = VectorIndexFiles.Open(folder.File("v"), files);
        Assert.Equal(5, index.Search(rows.Row(5), 1)[0].Row);
        files.Dispose();
        Assert.Throws<ObjectDisposedException>(() => index.Search(rows.Row(5), 1));
        Assert.Throws<ObjectDisposedException>(() => index.Search(rows.Row(5), 1, RowSet.Of(600, [4, 5])));
        Assert.Throws<ObjectDisposedException>(() => index.CopyVector(5, new float[16]));
        Assert.Throws<ObjectDisposedException>(index.Validate);
        if (index is not HnswIndex graph)
            return;
        Assert.Throws<ObjectDisposedException>(() => graph.Add(rows.Row(5)));
        Assert.Throws<ObjectDisposedException>(() => graph.Update(5, rows.Row(5)));
        Assert.Throws<ObjectDisposedException>(() => graph.Remove(5));
        Assert.Throws<ObjectDisposedException>(() => graph.Compact());
    }

    [Fact]
    public void What_the_public_surface_gives_outlives_the_model()
    {
        using ScratchFolder folder = new();
        (int code, string output, string error) = ChildProcess.Run("own-late-reads", folder.Path);
        Assert.True(code == 0, $"exit code {code}: {error}");
        Assert.Equal("as before", output.Trim());
    }

    [Fact]
    public void Ten_thousand_opens_and_disposals_leave_nothing() => AssertFlat("own-opens", 10_000);

    [Fact]
    public void A_thousand_swaps_under_eight_readers_leave_nothing() => AssertFlat("own-swaps", 1_000);

    [Fact]
    public void No_reader_is_late_when_addresses_are_never_used_again() => AssertFlat("own-swaps-guarded", 1_000);

    [Fact]
    public void The_guard_finds_a_late_reader()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the guard is for Linux");
        using ScratchFolder folder = new();
        (int code, string output, _) = ChildProcess.Run("own-late-reader-guarded", folder.Path);
        Assert.NotEqual(0, code);
        Assert.DoesNotContain("read", output);
    }

    private static void AssertFlat(string what, int times)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "counts in /proc");
        using ScratchFolder folder = new();
        OwnershipChild.SaveModels(folder.File("1"), 1);
        OwnershipChild.SaveModels(folder.File("2"), 2);
        (int code, string output, string error) = ChildProcess.Run(what, folder.Path, times.ToString());
        Assert.True(code == 0, $"exit code {code}: {output}{error}");
        Assert.Equal("flat", output.Trim());
    }

    private sealed class Probe : IDisposable
    {
        private int _disposals;

        public int Disposals => Volatile.Read(ref _disposals);

        public void Dispose() => Interlocked.Increment(ref _disposals);
    }
}
