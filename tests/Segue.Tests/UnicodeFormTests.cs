using System.Text;
using Segue.Catalogue;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: names have the same keys with and without ICU. Method: our normal forms against .NET's (ICU's) for every code point and for pairs of letters
/// and marks; then the keys of the same names in a process that runs in the invariant mode. Seen to fail: with .NET's Normalize in NameKey (the
/// second), and with a composition that skipped Hangul's tails (the first).
/// </summary>
public sealed class UnicodeFormTests
{
    private static readonly string[] s_names =
    [
        "Björk", "Bjo\u0308rk", "Beyonce\u0301", "Sigur  Rós", "ＡＢＣ", "ﬁnal", "방탄소년단", "\u1107\u1161\u11BC", "Ωmega", "İstanbul", "Mötley Crüe", "Ǆ", "½ Men",
        "ΣΊΣΥΦΟΣ", "サザンオールスターズ", "ｻｻﾞﾝ", "Đorđe", "\u0344", "a\u0328\u0301", "\uD800x", "𝔘𝔫𝔦", "שלום", "ﷺ",
    ];

    [Fact]
    public void Every_code_point_has_the_forms_that_ICU_gives_it()
    {
        Assert.SkipUnless("é".Normalize(NormalizationForm.FormD).Length == 2, "this process runs without ICU");
        List<string> wrong = [];
        for (int point = 0; point <= 0x10FFFF; point++)
        {
            if (point is < 0xD800 or > 0xDFFF && Rune.GetUnicodeCategory(new Rune(point)) != System.Globalization.UnicodeCategory.OtherNotAssigned)
                Compare(char.ConvertFromUtf32(point), wrong);
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Letters_and_marks_in_any_order_have_the_forms_that_ICU_gives_them()
    {
        Assert.SkipUnless("é".Normalize(NormalizationForm.FormD).Length == 2, "this process runs without ICU");
        Random random = new(7);
        int[] points =
        [
            'a', 'o', 'E', 0x1EA5, 0x1EB7, 0x0301, 0x0307, 0x0323, 0x0328, 0x031B, 0x0345, 0x0315, 0x05B4, 0x05C1, 0x3099, 0x304B,
            0x1100, 0x1161, 0x11A8, 0xAC00, 0xAC01, 0xFB01, 0x0F71, 0x0F72, 0x0958, 0x212B, 0x1D15E, 0x0B47, 0x0B3E, 0x11131, 0x11127,
        ];
        List<string> wrong = [];
        for (int i = 0; i < 50_000; i++)
        {
            IEnumerable<string> drawn = Enumerable.Range(0, random.Next(1, 7)).Select(_ => char.ConvertFromUtf32(points[random.Next(points.Length)]));
            Compare(string.Concat(drawn), wrong);
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Names_have_the_same_keys_without_ICU()
    {
        using System.Diagnostics.Process child = ChildProcess.Start("keys", "", "0", ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1"));
        string there = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Keys(isInvariant: true), there.ReplaceLineEndings("\n").TrimEnd('\n'));
    }

    /// <summary>The keys of the names, loose keys, and words of a wish, in ASCII; and first whether the process is without ICU.</summary>
    internal static string Keys(bool isInvariant) => string.Join('\n', s_names
        .Select(n => $"{NameKey.Of(n)} {NameKey.Loose(n)} {Mood.WishTokens.Normalize(n)} {n.ToUpperInvariant()}")
        .Select(line => string.Concat(line.Select(c => char.IsAscii(c) ? $"{c}" : $"\\u{(int)c:x4}")))
        .Prepend($"invariant {isInvariant}"));

    /// <summary>In the child: whether ICU is away shows in .NET's own normalization.</summary>
    internal static void WriteKeys() => Console.WriteLine(Keys(isInvariant: "é".Normalize(NormalizationForm.FormD).Length == 1));

    private static void Compare(string text, List<string> wrong)
    {
        bool isRight = text.Normalize(NormalizationForm.FormKC) == UnicodeForm.ComposeCompatible(text)
            && text.Normalize(NormalizationForm.FormD) == UnicodeForm.Decompose(text)
            && text.Normalize(NormalizationForm.FormKD) == UnicodeForm.DecomposeCompatible(text);
        if (!isRight && wrong.Count < 20)
            wrong.Add(string.Join(' ', text.EnumerateRunes().Select(r => r.Value.ToString("X4"))));
    }
}
