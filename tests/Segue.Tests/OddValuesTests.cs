using Segue.Asking;
using Segue.Factorization;
using Segue.Import;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a number that nobody means is said or works, and never ends in a fault. Method: the ends of what a double and a float hold, through the
/// command line. Seen to fail: alpha 1e29 (no decimal), half-life 1e-12 days (no time at all), a regularization whose loss is infinite.
/// </summary>
public sealed class OddValuesTests
{
    [Theory]
    [InlineData(1e-12, false)]
    [InlineData(5e-324, false)]
    [InlineData(-1, false)]
    [InlineData(double.NaN, false)]
    [InlineData(1e300, false)]
    [InlineData(0, true)]
    [InlineData(0.001, true)]
    [InlineData(999_999, true)]
    public void Half_lives(double days, bool isTaken)
    {
        RequestFault[] faults = [.. new Listener { UserId = "2", HalfLifeDays = days }.Faults()];
        Assert.Equal(isTaken, faults.Length == 0);
        Assert.All(faults, f => Assert.Equal("halfLife", f.Parameter));
        if (isTaken && days > 0)
            Assert.Empty(new History([]).Entries(TimeSpan.FromDays(days)));
    }

    [Fact]
    public void Numbers_of_a_training()
    {
        using ScratchFolder home = new();
        Assert.Equal(0, Cli.Run("data", "sample", "--home", home.Path, "--quiet").Code);
        foreach (string value in (string[])["1e29", "3e38", "1e-40", "1e39", "0", "-1", "nan"])
        {
            foreach (string option in (string[])["--alpha", "--regularization", "--ridge"])
            {
                (int code, _, string error) = Cli.Run(
                    "train-als", option, value, "--factors", "4", "--iterations", "1", "--home", home.Path, "--quiet");
                Assert.True(code == 0 || error.Contains("must be") || error.Contains(value), $"{option} {value}: {error}");
                Assert.DoesNotContain("fault of segue's own", error);
            }
        }

        Assert.Contains("at most 1e9", Assert.Throws<SegueException>(() => new AlsOptions { ZeroWeight = 1e30f }.Validate()).Message);
    }

    [Fact]
    public void Forgetting_works_on_a_full_disk()
    {
        using ScratchFolder home = new();
        using Mount? small = Mount.Tmpfs(home.Path, "size=64k");
        Assert.SkipWhen(small is null, "needs the right to mount a small file system");
        ListenerProfiles profiles = new(home.Path);
        profiles.Update("me", _ => HistoryReader.Read(home.Write("h", "Low\n")));
        Assert.ThrowsAny<IOException>(() => home.Write("ballast", new string('x', 100_000)));
        Assert.True(profiles.Forget("me"));
        Assert.Empty(profiles.List());
    }
}
