using System.Text.Json.Nodes;
using Segue.Asking;
using Segue.Making;
using Segue.ModelFiles;
using Xunit;

namespace Segue.Tests;

/// <summary>A home with two versions of each model, made through the front door.</summary>
public sealed class TwoVersionsHome : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public TwoVersionsHome()
    {
        ModelMaker maker = new(Path);
        maker.MakeSample();
        foreach (int seed in new[] { 1, 2 })
            maker.Train(new TrainRequest { Options = new() { Factors = 8, Iterations = 2, Seed = seed } });
        foreach (string quantization in new[] { "none", "int8" })
            maker.BuildDatabaseAsync(new BuildRequest { Quantization = quantization }).GetAwaiter().GetResult();
    }

    public string Path => _folder.File("home");

    public void Dispose() => _folder.Dispose();
}

/// <summary>
/// Goal: the front door answers requests, tells every fault of a request at once, and releases models when the last reader is done. Method: a home of
/// the invented sample with two versions of each model; readers ask while versions are swapped underneath them, and each answer must be one that its
/// versions give alone. Seen to fail: with models disposed at the swap instead of behind their leases (the process dies), and with versions read anew
/// for each part of an answer (rows of one version under the name of the other).
/// </summary>
public sealed class RecommenderTests(TwoVersionsHome home) : IClassFixture<TwoVersionsHome>
{
    private static readonly SongRequest s_request = new() { For = Listener.User("7"), Mood = "calm", Count = 3 };

    [Fact]
    public void What_a_page_on_the_library_shows_runs()
    {
        using Recommender segue = Recommender.Open(home.Path);
        ArtistAnswer artists = segue.RecommendArtists(new ArtistRequest { For = Listener.User("7"), Count = 2 });
        SongAnswer songs = segue.RecommendSongs(new SongRequest
        {
            For = Listener.Likes(artists.Rows.Select(r => r.Artist)),
            Mood = "calm and dark",
            Count = 20,
            Taste = 0.6,
        });
        Assert.Equal(20, songs.Rows.Count);
        Assert.All(songs.Rows, row => Assert.NotEmpty(row.Reasons));
        Assert.All(songs.Rows, row => Assert.Equal(row.Score, row.Parts.ByName().Sum(p => p.Value), 1e-12));
        JsonNode json = JsonNode.Parse(AnswerJson.Write(songs))!;
        Assert.All(json["items"]!.AsArray(), i => Assert.Equal((decimal)i!["score"]!, i["parts"]!.AsObject().Sum(p => (decimal)p.Value!)));
    }

    [Fact]
    public void Every_fault_of_a_request_is_told_at_once()
    {
        SongRequest request = new() { For = Listener.User("7"), Count = 0, Taste = 2, PopularityMin = 50, PopularityMax = 20, Targets = ["energie=low"], Tempo = "9..1" };
        string[] parameters = [.. request.Validate().Select(f => f.Parameter)];
        Assert.Equal(["count", "taste", "popularityMin", "targets", "tempo"], parameters);
        using Recommender segue = Recommender.Open(home.Path);
        InvalidRequestException refused = Assert.Throws<InvalidRequestException>(() => segue.RecommendSongs(request));
        Assert.Equal(request.Validate(), refused.Faults);
        Assert.Contains("--max-per-artist must be at least 1", Cli.Run("recommend", "--user", "7", "--max-per-artist", "0", "--home", home.Path).Error);
        Assert.Single(new SongRequest().Validate(), f => f.Parameter == "mood");
        Assert.Single(new ArtistRequest { For = Listener.Group(Listener.User("1"), Listener.User("2")) }.Validate(), f => f.Parameter == "for");
        Assert.Single(new SongRequest { For = Listener.Group(Listener.User("1"), Listener.User("1")) }.Validate());
    }

    [Fact]
    public void One_artist_liked_and_disliked_is_refused()
    {
        using Recommender segue = Recommender.Open(home.Path);
        string[] artists = [.. segue.RecommendArtists(new ArtistRequest { Count = 2 }).Rows.Select(r => r.Artist)];
        Listener torn = Listener.Likes(artists) with { Disliked = [artists[1].ToUpperInvariant()] };
        foreach (Action ask in new Action[]
        {
            () => segue.RecommendArtists(new ArtistRequest { For = torn }),
            () => segue.RecommendSongs(new SongRequest { For = torn }),
        })
            Assert.Contains($"'{artists[1]}', which is liked too", Assert.Throws<InvalidRequestException>(ask).Message, StringComparison.Ordinal);

        string[] both = ["recommend", "artists", "--like", artists[0], "--dislike", artists[0], "--home", home.Path];
        Assert.Contains("--dislike names", Cli.Run(both).Error, StringComparison.Ordinal);

        // Heard and disliked is no contradiction.
        segue.RecommendArtists(new ArtistRequest { For = Listener.User("7") with { Disliked = [artists[0]] } });
    }

    [Fact]
    public void An_answer_that_filters_emptied_says_which()
    {
        using Recommender segue = Recommender.Open(home.Path);
        SongRequest wish = new() { Mood = "calm", Tempo = "1..2" };
        foreach (Listener? listener in new[] { null, Listener.User("7"), Listener.Group(Listener.User("1"), Listener.User("2")) })
        {
            SongAnswer answer = segue.RecommendSongs(wish with { For = listener });
            Assert.Empty(answer.Rows);
            Assert.Matches(@"^no song is left: none of [\d,]+ has the tempo$", answer.Warnings[^1]);
        }

        Assert.DoesNotContain(segue.RecommendSongs(wish with { Tempo = null }).Warnings, w => w.Contains("is left", StringComparison.Ordinal));
        string[] everybody = [.. segue.RecommendArtists(new ArtistRequest { Count = int.MaxValue }).Rows.Select(r => r.Artist)];
        ArtistAnswer nobody = segue.RecommendArtists(new ArtistRequest { NotArtists = [.. everybody] });
        Assert.Empty(nobody.Rows);
        Assert.Contains("no artist is left", nobody.Warnings.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_missing_is_said_without_saying_which_command_makes_it()
    {
        using ScratchFolder folder = new();
        using Recommender segue = Recommender.Open(folder.File("nothing"));
        Assert.Equal(new ModelVersions(), segue.Versions);
        ModelNotFoundException missing = Assert.Throws<ModelNotFoundException>(() => segue.RecommendSongs(new SongRequest { Mood = "sad" }));
        Assert.Equal("vdb", missing.Kind);
        Assert.DoesNotContain("segue build-vdb", missing.Message);
        Assert.Contains("make one with 'segue build-vdb'", Cli.Run("recommend", "songs", "--mood", "sad", "--home", folder.File("nothing")).Error);
    }

    [Fact]
    public async Task Versions_swap_under_readers_without_a_wrong_failed_or_mixed_answer()
    {
        const int Swaps = 40, Readers = 4;
        SegueHome stores = new(home.Path);
        IReadOnlyList<string> als = stores.AlsModels.List(), vdb = stores.VdbModels.List();
        Dictionary<ModelVersions, string> right = [];
        foreach (string a in als)
        {
            foreach (string v in vdb)
            {
                stores.AlsModels.Rollback(a);
                stores.VdbModels.Rollback(v);
                using Recommender alone = Recommender.Open(home.Path);
                right[new ModelVersions(a, v)] = AnswerJson.Write(alone.RecommendSongs(s_request));
            }
        }

        using Recommender segue = Recommender.Open(home.Path);
        using CancellationTokenSource done = new();
        Task<int>[] readers = [.. Enumerable.Range(0, Readers).Select(_ => Task.Run(() =>
        {
            int asked = 0;
            do
            {
                SongAnswer answer = segue.RecommendSongs(s_request);
                Assert.Equal(right[answer.Model], AnswerJson.Write(answer));
                asked++;
            }
            while (!done.IsCancellationRequested);
            return asked;
        }))];
        for (int swap = 0; swap < Swaps; swap++)
        {
            stores.AlsModels.Rollback(als[swap % 2]);
            stores.VdbModels.Rollback(vdb[swap / 2 % 2]);
            segue.Refresh();
        }

        done.Cancel();
        int[] asked = await Task.WhenAll(readers);
        Assert.All(asked, n => Assert.True(n > 0));
        Assert.False(segue.Refresh());
    }

    [Fact]
    public async Task Disposing_under_load_waits_for_the_last_reader_and_refuses_the_next()
    {
        Recommender segue = Recommender.Open(home.Path);
        string right = AnswerJson.Write(segue.RecommendSongs(s_request));
        Task[] readers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            try
            {
                while (true)
                    Assert.Equal(right, AnswerJson.Write(segue.RecommendSongs(s_request)));
            }
            catch (ObjectDisposedException)
            {
                // The end that every reader must come to.
            }
        }))];
        await Task.Delay(50);
        segue.Dispose();
        segue.Dispose();
        await Task.WhenAll(readers);
        Assert.Throws<ObjectDisposedException>(() => segue.RecommendSongs(s_request));
        Assert.Throws<ObjectDisposedException>(() => segue.Versions);
    }

    [Fact]
    public void Opening_answering_and_disposing_leaves_nothing_behind()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "counts /proc/self/maps");
        for (int i = 0; i < 5; i++)
            Ask();
        (int maps, int handles) = Count();
        for (int i = 0; i < 60; i++)
            Ask();
        (int mapsAfter, int handlesAfter) = Count();
        Assert.InRange(mapsAfter, 0, maps);
        Assert.InRange(handlesAfter, 0, handles + 8); // Other tests of the process open files meanwhile.

        void Ask()
        {
            using Recommender segue = Recommender.Open(home.Path);
            segue.RecommendSongs(s_request);
        }

        (int Maps, int Handles) Count() =>
            (File.ReadLines("/proc/self/maps").Count(l => l.Contains(home.Path)), Directory.GetFileSystemEntries("/proc/self/fd").Length);
    }
}
