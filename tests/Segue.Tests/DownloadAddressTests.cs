using Segue.Import;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a download goes where a person said or where http and https lead from there, and no password in an address is shown. Method: redirects to
/// every kind of address, and addresses that fail. Would fail: with the redirects of .NET's client, which takes ftp for http and file for a fault.
/// </summary>
public sealed class DownloadAddressTests
{
    [Theory]
    [InlineData("ftp://ann:s3cret@elsewhere/set.bin")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher:x")]
    [InlineData("http://")]
    [InlineData("/set.bin")]
    public async Task A_redirect_to_another_kind_of_address_is_one_line(string location)
    {
        using ScratchFolder folder = new();
        using EmbeddingServerDouble server = new(_ => new DoubleAnswer(302, "") { Headers = [$"Location: {location}"] });
        DataSource source = Source(server.Url + "set.bin");
        SegueException e = await Assert.ThrowsAsync<SegueException>(() => Fetcher().GetAsync(source, folder.Path, null, null, default));
        Assert.Matches("redirects|answers 302", e.Message);
        Assert.DoesNotContain("s3cret", e.Message);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Theory]
    [InlineData("http://ann:s3cret@127.0.0.1:1/set.bin?sig=s3cret")]
    [InlineData("https://ann:s3cret@/")]
    [InlineData("ftp://ann:s3cret@box/set.bin")]
    public async Task A_password_in_an_address_is_not_shown(string from)
    {
        using ScratchFolder folder = new();
        DataSource source = Source("http://home/set.bin");
        SegueException e = await Assert.ThrowsAsync<SegueException>(() => Fetcher().GetAsync(source, folder.Path, from, null, default));
        Assert.DoesNotContain("s3cret", e.Message);
        Assert.DoesNotContain("ann", e.Message.Replace("cannot", ""));
    }

    [Fact]
    public async Task Redirects_on_the_web_are_followed()
    {
        using ScratchFolder folder = new();
        using EmbeddingServerDouble there = new(_ => new DoubleAnswer(200, "content"));
        using EmbeddingServerDouble here = new(_ => new DoubleAnswer(302, "") { Headers = [$"Location: {there.Url}other"] });
        string path = (await Fetcher().GetAsync(Source(here.Url + "set.bin"), folder.Path, null, null, default)).Single();
        Assert.Equal("content", File.ReadAllText(path));
    }

    private static DataFetcher Fetcher()
    {
        DownloadOptions hasty = new() { FirstPause = TimeSpan.FromMilliseconds(1), FruitlessAttemptsMax = 1 };
        return new DataFetcher(Download.NewClient(), hasty, TimeProvider.System);
    }

    private static DataSource Source(string url) => new("test", "A test", "none", new Uri(url), [new SourceFile("set.bin", null)], 1_000_000);
}
