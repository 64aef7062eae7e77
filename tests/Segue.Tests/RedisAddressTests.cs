using Segue.Redis;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: an address is read as people write it, and one that cannot be read never repeats the password. Method: examples of both. Seen to fail: with
/// the address as it was given in the message.
/// </summary>
public sealed class RedisAddressTests
{
    [Theory]
    [InlineData("redis://music", "redis://music:6379/0?key=segue%3Asongs", null, null, null)]
    [InlineData("rediss://ann:pass%40word@m.example:7000/3?key=my:songs&ca=/etc/ca.pem", "rediss://m.example:7000/3?key=my%3Asongs", "ann", "pass@word", "/etc/ca.pem")]
    [InlineData("redis://:p%3Aw@[::1]:1234", "redis://[::1]:1234/0?key=segue%3Asongs", null, "p:w", null)]
    public void Addresses_are_read(string text, string shown, string? user, string? password, string? authority)
    {
        RedisAddress address = RedisAddress.Parse(text);
        Assert.Equal(shown, address.ToString());
        Assert.Equal((user, password, authority), (address.User, address.Password, address.AuthorityFile));
    }

    [Theory]
    [InlineData("music:6379", "is no address")]
    [InlineData("http://music", "is no address")]
    [InlineData("redis://", "is no address")]
    [InlineData("redis://u:s3cret@@/", "is no address")]
    [InlineData("u:s3cret@music", "is no address")]
    [InlineData("redis://u:s3cret@music/songs", "is no number of a database")]
    [InlineData("redis://u:s3cret@music?key=", "key needs a name")]
    [InlineData("redis://u:s3cret@music?key=a%0Ab", "line ends")]
    [InlineData("redis://u:s3cret@music..de", "is no address")]
    [InlineData("redis://u:s3cret@\u00fc.\u00fc\u00fc..\u2026", "is no address")]
    [InlineData("redis://u:s3cret@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.de", "is no address")]
    [InlineData("redis://u:s3cret@music?ca=x", "rediss://")]
    [InlineData("redis://u:s3cret@music?timeout=5", "no setting 'timeout'")]
    public void Addresses_that_are_none_are_refused_without_their_password(string text, string problem)
    {
        SegueException e = Assert.Throws<SegueException>(() => RedisAddress.Parse(text));
        Assert.Contains(problem, e.Message);
        Assert.DoesNotContain("s3cret", e.Message);
    }
}
