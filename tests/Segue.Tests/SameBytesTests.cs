using System.Globalization;
using System.Security.Cryptography;
using Segue.Factorization;
using Segue.Interactions;
using Segue.ModelFiles;
using Segue.Numerics;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: what is said about bytes is so: the language of the system has no part in them, the vector width has, and says so. Method: child processes
/// under languages with other commas, digits, minus signs and letters, and with instructions switched off; a checkpoint of one is handed to the
/// others. Seen to fail: with a record's ToString() in the checkpoint's key (de-DE writes 0,014), and with the check of the width taken out (the
/// resumed training ended in bytes of neither).
/// </summary>
public sealed class SameBytesTests
{
    /// <summary>Switches of the runtime that take instructions away; those that a machine does not have change nothing.</summary>
    public static TheoryData<string> Switches =>
        ["", "DOTNET_EnableAVX512=0", "DOTNET_EnableAVX2=0", "DOTNET_EnableAVX=0", "DOTNET_EnableHWIntrinsic=0"];

    [Theory]
    [InlineData("de_DE.UTF-8", "de-DE")]
    [InlineData("tr_TR.UTF-8", "tr-TR")]
    [InlineData("fa_IR.UTF-8", "fa-IR")]
    public void No_language_changes_a_byte_and_a_checkpoint_is_at_home_in_all(string locale, string culture)
    {
        using ScratchFolder folder = new();
        string plain = Train(folder, "plain", ("LC_ALL", "C.UTF-8")).Bytes;
        (string bytes, _, string saw) = Train(folder, "other", ("LC_ALL", locale));
        Assert.SkipWhen(saw.Length == 0, "needs ICU");
        Assert.Equal(culture, saw);
        Assert.Equal(plain, bytes);
        Assert.Equal(plain, Resume(folder, "plain", ("LC_ALL", locale)));
        Assert.Equal(plain, Resume(folder, "other", ("LC_ALL", "C.UTF-8")));
    }

    [Theory]
    [MemberData(nameof(Switches))]
    public void One_width_gives_one_series_of_bytes_and_no_other_goes_on_from_it(string off)
    {
        using ScratchFolder folder = new();
        (string Name, string Value)[] environment = off.Split('=') is [string name, string value] ? [(name, value)] : [];
        (string bytes, string width, _) = Train(folder, "one", environment);
        Assert.Equal(bytes, Resume(folder, "one", environment));
        AlsCheckpoint checkpoint = AlsFiles.LoadCheckpoint(Path.Combine(folder.Path, "one.checkpoint"));
        Assert.Equal(width, checkpoint.VectorWidth);
        bool isSame = width == VectorWidth.Name;
        Assert.Equal(isSame, bytes == Train(folder, "here").Bytes); // Another width is not refused for nothing.
        if (isSame)
            return;

        string problem = Assert.Throws<SegueException>(() => SameBytesChild.Train(new AlsRun { Resume = checkpoint })).Message;
        Assert.Contains($"made with {width} vectors, but this machine computes with {VectorWidth.Name}", problem);
        Assert.Contains("start anew", problem);
    }

    [Fact]
    public void A_checkpoint_that_does_not_say_its_width_is_refused()
    {
        AlsCheckpoint? kept = null;
        SameBytesChild.Train(new AlsRun { Checkpoint = take => kept = take() });
        Assert.Contains("made with unknown vectors",
            Assert.Throws<SegueException>(() => SameBytesChild.Train(new AlsRun { Resume = kept! with { VectorWidth = "unknown" } })).Message);
    }

    private static (string Bytes, string Width, string Culture) Train(
        ScratchFolder folder, string name, params (string Name, string Value)[] environment)
    {
        string[] said = Run("bytes-train", folder.File(name), environment);
        return (said[0], said[1], said[2]);
    }

    private static string Resume(ScratchFolder folder, string name, params (string Name, string Value)[] environment) =>
        Run("bytes-resume", folder.File(name), environment)[0];

    private static string[] Run(string what, string path, (string Name, string Value)[] environment)
    {
        (int code, string output, string error) = ChildProcess.Run(what, path, "", environment);
        Assert.True(code == 0, error);
        return output.Trim('\n', '\r').Split(';');
    }
}

/// <summary>What the child processes of <see cref="SameBytesTests"/> do.</summary>
internal static class SameBytesChild
{
    public static bool Run(string what, string path)
    {
        switch (what)
        {
            case "bytes-train":
                Say(path, new AlsRun
                {
                    Checkpoint = take =>
                    {
                        AlsCheckpoint state = take();
                        if (state.Iteration == 2)
                            AlsFiles.SaveCheckpoint(state, path + ".checkpoint");
                    },
                });
                return true;
            case "bytes-resume":
                Say(path, new AlsRun { Resume = AlsFiles.LoadCheckpoint(path + ".checkpoint") });
                return true;
            default:
                return false;
        }
    }

    public static AlsModel Train(AlsRun run)
    {
        CsrMatrix counts = AlsWorlds.Communities(90, 70, seed: 5);
        return AlsTrainer.Train(counts, new AlsOptions { Factors = 40, Iterations = 4, Regularization = 0.0135f, Seed = -3 }, run).Model;
    }

    private static void Say(string path, AlsRun run)
    {
        Directory.CreateDirectory(path);
        AlsFiles.Save(Train(run), path);
        string bytes = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(path, AlsFiles.ModelName))));
        Console.WriteLine($"{bytes};{VectorWidth.Name};{CultureInfo.CurrentCulture.Name}");
    }
}
