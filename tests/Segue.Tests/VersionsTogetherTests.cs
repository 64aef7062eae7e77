using Segue.ModelFiles;
using Segue.Writing;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: plays and tracks of one import come into use together, and no file of another version is read as one of this. Method: writes that fail at
/// the second kind, a process that died between the switch and its end, whole files swapped. Would fail: with two writes one after the other, and
/// with the checksum of the file alone.
/// </summary>
public sealed class VersionsTogetherTests
{
    [Fact]
    public void Both_are_switched_or_neither()
    {
        using ScratchFolder folder = new();
        (VersionStore plays, VersionStore tracks) = Stores(folder);
        string[] first = VersionStore.WriteTogether([Draft(plays, 1), Draft(tracks, 1)]);
        Assert.Equal(first, Current(plays, tracks));
        Assert.False(File.Exists(folder.File("switching")));

        VersionDraft broken = new(tracks, Card(tracks), _ => throw new IOException("the disk is gone"));
        SegueException e = Assert.Throws<SegueException>(() => VersionStore.WriteTogether([Draft(plays, 2), broken]));
        Assert.Contains("cannot write the tracks", e.Message);
        Assert.Equal(first, Current(plays, tracks));
        Assert.Equal(first[..1], plays.List());

        Directory.CreateDirectory(folder.File("switching")); // No file can come into its place.
        Assert.ThrowsAny<SegueException>(() => VersionStore.WriteTogether([Draft(plays, 2), Draft(tracks, 2)]));
        Directory.Delete(folder.File("switching"));
        Assert.Equal(first, Current(plays, tracks));
        Assert.Equal((1, 1), (plays.List().Count, tracks.List().Count));

        using WriterLock other = WriterLock.Take(tracks.Folder, "the tracks");
        Assert.Contains("is writing", Assert.Throws<SegueException>(() => VersionStore.WriteTogether([Draft(plays, 2), Draft(tracks, 2)])).Message);
        Assert.Equal(first, Current(plays, tracks));
    }

    [Fact]
    public void A_process_that_died_after_the_switch_has_switched_both()
    {
        using ScratchFolder folder = new();
        (VersionStore plays, VersionStore tracks) = Stores(folder);
        string[] first = VersionStore.WriteTogether([Draft(plays, 1), Draft(tracks, 1)]);
        string[] second = VersionStore.WriteTogether([Draft(plays, 2), Draft(tracks, 2)]);
        plays.Rollback();
        tracks.Rollback();
        new VersionSwitch(folder.Path).Begin([("plays", second[0]), ("tracks", second[1])]);
        Assert.Equal(second, Current(plays, tracks));

        // Whoever writes next finishes it, for both.
        Assert.Equal(first[0], plays.Rollback());
        Assert.False(File.Exists(folder.File("switching")));
        Assert.Equal<string?>([first[0], second[1]], Current(plays, tracks));

        File.WriteAllText(folder.File("switching"), "../plays x\n");
        Assert.Contains("is damaged", Assert.Throws<ModelFileException>(() => plays.Current()).Message);
    }

    [Fact]
    public void A_whole_file_of_another_version_is_refused_when_it_is_opened()
    {
        using ScratchFolder folder = new();
        (VersionStore plays, _) = Stores(folder);
        string one = FolderOf(plays.Write(Card(plays), f => Fill(f, 1))), two = FolderOf(plays.Write(Card(plays), f => Fill(f, 2)));
        Open(one);
        string mine = File.ReadAllText(Path.Combine(one, "card.json"));

        File.Copy(Path.Combine(two, "x.safetensors"), Path.Combine(one, "x.safetensors"), overwrite: true);
        Assert.Contains("not the one of this version", Assert.Throws<ModelFileException>(() => Open(one)).Message);
        File.Copy(Path.Combine(two, "card.json"), Path.Combine(one, "card.json"), overwrite: true);
        Assert.Contains("does not agree with the version's name", Assert.Throws<ModelFileException>(() => Open(one)).Message);
        File.WriteAllText(Path.Combine(one, "card.json"), mine);
        Fill(one, 1);
        Open(one);
        File.Copy(Path.Combine(one, "x.safetensors"), Path.Combine(one, "y.safetensors"));
        Assert.Contains("its card does not list it", Assert.Throws<ModelFileException>(() => Open(one, "y.safetensors")).Message);

        string FolderOf(string version) => Path.Combine(plays.Folder, version);

        static void Open(string version, string name = "x.safetensors")
        {
            using MappedFiles files = new();
            files.Open(Path.Combine(version, name), "test", 1);
        }
    }

    [Fact]
    public void A_home_that_cannot_be_read_is_not_an_empty_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs symbolic links");
        using ScratchFolder folder = new();
        Directory.CreateDirectory(folder.File("models"));
        File.CreateSymbolicLink(folder.File("models/als"), folder.File("models/als")); // Not even root can look into it.
        (int code, string output, string error) = Cli.Run("model", "verify", "--home", folder.Path);
        Assert.Equal(1, code);
        Assert.Contains("models/als: cannot be read", error);
        Assert.DoesNotContain("Nothing in", output);
        Assert.Equal(1, Cli.Run("model", "list", "--home", folder.Path).Code);
    }

    private static (VersionStore Plays, VersionStore Tracks) Stores(ScratchFolder folder) => (new(folder.Path, "plays"), new(folder.Path, "tracks"));

    private static string?[] Current(params VersionStore[] stores) => [.. stores.Select(s => s.Current())];

    private static ModelCard Card(VersionStore store) => new() { Kind = store.Kind, Data = "abc" };

    private static VersionDraft Draft(VersionStore store, int content) => new(store, Card(store), f => Fill(f, content));

    private static void Fill(string folder, int content) =>
        new TensorWriter("test", 1).Add<int>("x", new[] { content }).Save(Path.Combine(folder, "x.safetensors"));
}
