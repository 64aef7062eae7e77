using Segue.Factorization;
using Segue.Interactions;
using Segue.ModelFiles;
using Segue.Recommending;
using Segue.VectorSearch;
using Segue.Writing;

namespace Segue.Tests;

/// <summary>A whole model of a folder, with the owner of its mappings.</summary>
internal sealed record OwnedModel(MappedFiles Files, AlsModel Als, Plays Plays, SongIndex Songs) : IDisposable
{
    public static OwnedModel Load(string folder, MappedFiles? owner = null)
    {
        MappedFiles files = owner ?? new();
        Plays plays = DataFiles.LoadPlays(Path.Combine(folder, DataFiles.PlaysName), files);
        return new(files, AlsFiles.Load(folder, files), plays, VdbFiles.Load(folder, files));
    }

    /// <summary>A number that every part of the model has a share in, the same for the same model.</summary>
    public double Answer(int user)
    {
        Profile profile = Profile.OfUser(Plays, user % Plays.UserIds.Count);
        float[] scores = new float[Als.ArtistCount];
        Als.Score(profile, scores);
        double sum = Plays.UserIds[profile.User].Length + Als.SimilarArtists(user % Als.ArtistCount, 3).Sum(n => (double)n.Similarity);
        foreach (float score in scores)
            sum += Math.Abs(score);
        foreach (int track in Songs.Neighbors(user % Songs.Tracks.Count, 5))
            sum += Songs.Tracks.DisplayName(track).Length + Songs.Percentiles.Row(0)[track];
        RowSet some = RowSet.Where(Songs.Vectors.RowLimit, r => r % 3 != 0);
        return sum + Songs.Vectors.Search(Songs.VectorOf(user % Songs.Tracks.Count), 4, some).Sum(n => (double)n.Score);
    }

    public void Dispose() => Files.Dispose();
}

/// <summary>What the child processes of <see cref="OwnershipTests"/> do.</summary>
internal static class OwnershipChild
{
    public static bool Run(string what, string folder, int times)
    {
        switch (what)
        {
            case "own-late-reads":
                ReadLate();
                return true;
            case "own-opens":
                OpenAndDispose(folder, times);
                return true;
            case "own-swaps":
                Swap(folder, times);
                return true;
            case "own-swaps-guarded":
                AppContext.SetSwitch(MappedBytes.GuardSwitch, true);
                Swap(folder, times);
                return true;
            case "own-write":
                WriteForEver(folder);
                return true;
            case "own-late-reader-guarded":
                AppContext.SetSwitch(MappedBytes.GuardSwitch, true);
                BeLate(folder);
                return true;
            default:
                return false;
        }
    }

    private static void WriteForEver(string folder)
    {
        for (char letter = 'a'; ; letter = letter == 'z' ? 'a' : (char)(letter + 1))
        {
            AtomicFile.Write(Path.Combine(folder, "a.txt"), new string(letter, 300_000));
            File.WriteAllText(Path.Combine(folder, "started"), "");
        }
    }

    public static void SaveModels(string folder, int seed)
    {
        Directory.CreateDirectory(folder);
        PipelineWorld world = new(seed);
        AlsFiles.Save(world.Als, folder);
        DataFiles.SavePlays(world.Plays, Path.Combine(folder, DataFiles.PlaysName));
        VdbFiles.Save(world.Songs, folder);
    }

    /// <summary>Takes what the public surface gives of a trained model, lets go of the model, and reads.</summary>
    private static void ReadLate()
    {
        (float[] user, float[] artist, AlsStart start, double[] before) = Train();
        ReadOnlySpan<float> row = RowOfNobody(out double rowBefore);
        for (int i = 0; i < 20; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Fill(new byte[1 << 20]);
        }

        bool isSame = before.AsSpan().SequenceEqual(Sums(user, artist, start)) && rowBefore == Sum(row);
        Console.WriteLine(isSame ? "as before" : "other numbers");

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static (float[], float[], AlsStart, double[]) Train()
        {
            // 40 MB of factors: memory of this size goes back to the system when it is freed.
            AlsModel model = Model();
            AlsStart start = AlsStart.From(model, [.. Enumerable.Range(0, 40_000)], [.. Enumerable.Range(0, 300)]);
            (float[] user, float[] artist) = (model.UserVector(39_999), model.ArtistVector(299));
            return (user, artist, start, Sums(user, artist, start));
        }

        // A span that no public member gives any more: even that is safe.
        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static ReadOnlySpan<float> RowOfNobody(out double sum)
        {
            ReadOnlySpan<float> row = Model().UserFactors.Row(20_000);
            sum = Sum(row);
            return row;
        }

        static AlsModel Model() => AlsTrainer
            .Train(AlsWorlds.Communities(users: 40_000, artists: 300, seed: 1), new AlsOptions { Factors = 256, Iterations = 1 }).Model;

        static double[] Sums(float[] user, float[] artist, AlsStart start) =>
            [Sum(user), Sum(artist), Sum(start.Users.Values), Sum(start.Artists.Values)];

        static double Sum(ReadOnlySpan<float> values)
        {
            double sum = 0;
            foreach (float v in values)
                sum += Math.Abs(v);
            return sum;
        }

        static void Fill(byte[] memory) => memory.AsSpan().Fill(0xFF);
    }

    private static void OpenAndDispose(string folder, int times)
    {
        string path = Path.Combine(folder, "1");
        double expected = 0;
        Counts before = default;
        for (int i = 0; i < times; i++)
        {
            using OwnedModel model = OwnedModel.Load(path);
            double answer = model.Answer(5);
            if (i == 0)
                expected = answer;
            if (answer != expected)
                throw new InvalidOperationException($"open {i} answers {answer}, the first {expected}");
            if (i == times / 10)
                before = Counts.Now(folder); // With this model open.
        }

        using OwnedModel last = OwnedModel.Load(path);
        last.Answer(5);
        Console.WriteLine(Counts.Now(folder).Against(before));
    }

    private static void Swap(string folder, int times)
    {
        double[][] expected = new double[2][];
        for (int m = 0; m < 2; m++)
        {
            using OwnedModel model = OwnedModel.Load(Path.Combine(folder, $"{m + 1}"));
            expected[m] = [.. Enumerable.Range(0, 10).Select(model.Answer)];
        }

        Shared<OwnedModel> current = new(OwnedModel.Load(Path.Combine(folder, "1")));
        using CancellationTokenSource done = new();
        int answers = 0;
        Task[] readers = [.. Enumerable.Range(0, 8).Select(r => Task.Factory.StartNew(() =>
        {
            for (int i = r; !done.IsCancellationRequested; i++)
            {
                if (!Volatile.Read(ref current).TryAcquire(out Lease<OwnedModel>? lease))
                    continue;
                using (lease)
                {
                    double answer = lease.Value.Answer(i % 10);
                    if (answer != expected[0][i % 10] && answer != expected[1][i % 10])
                        throw new InvalidOperationException($"{answer} is of neither model");
                }

                Interlocked.Increment(ref answers);
            }
        }, TaskCreationOptions.LongRunning))];
        Counts before = default;
        for (int swap = 0; swap < times; swap++)
        {
            int seen = Volatile.Read(ref answers);
            OwnedModel next = OwnedModel.Load(Path.Combine(folder, $"{(swap + 1) % 2 + 1}"));
            Interlocked.Exchange(ref current, new Shared<OwnedModel>(next)).Retire();
            SpinWait.SpinUntil(() => Volatile.Read(ref answers) > seen || readers.Any(t => t.IsFaulted));
            if (swap == times / 10)
                before = Counts.Now(folder);
        }

        done.Cancel();
        Task.WaitAll(readers);
        Console.WriteLine(Counts.Now(folder).Against(before));
        current.Retire();
    }

    /// <summary>Takes a span, gives the file back, and reads: what no code of ours may do.</summary>
    private static void BeLate(string folder)
    {
        SaveModels(folder, 1);
        MappedFiles files = new();
        ReadOnlySpan<float> row = AlsFiles.Load(folder, files).ArtistFactors.Row(0);
        files.Dispose();
        Console.WriteLine($"read {row[0]}");
    }

    /// <summary>What the system holds for this process.</summary>
    /// <param name="Mapped">Mappings of files of the models.</param>
    /// <param name="Handles">Open files and the like.</param>
    /// <param name="Bytes">Memory in use.</param>
    private readonly record struct Counts(int Mapped, int Mappings, int Handles, long Bytes)
    {
        /// <summary>Readers may hold models, four files each, for a moment; a leak is one a swap.</summary>
        private const int FilesMax = 40, MappingsMax = 150, HandlesMax = 40;

        private const long BytesMax = 64 << 20;

        public static Counts Now(string folder)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            string[] maps = File.ReadAllLines("/proc/self/maps");
            return new Counts(maps.Count(m => m.Contains(folder)), maps.Length, Directory.GetFiles("/proc/self/fd").Length, Environment.WorkingSet);
        }

        public string Against(Counts before) =>
            Mapped < before.Mapped + FilesMax && Mappings < before.Mappings + MappingsMax
                && Handles < before.Handles + HandlesMax && Bytes < before.Bytes + BytesMax
                ? "flat"
                : $"{before} became {this}";
    }
}
