using System.Text;
using CsCheck;
using Microsoft.ML.Tokenizers;
using Xunit;
using WordPieceTokenizer = Segue.Embedding.WordPieceTokenizer;

namespace Segue.Tests;

/// <summary>
/// Goal: texts become the numbers the model was trained with. Method: ids of the original Python library, an independent tokenizer on generated
/// texts, and a small vocabulary whose right answers are plain. Seen to fail: marks kept, CJK not spaced, the 100 counted in UTF-16 units.
/// </summary>
public sealed class TokenizerTests
{
    private static readonly string[] s_small =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "play", "##ing", "##s", "p", "##l", "##a", "##y", "!", "ros", "中", "ᄒ", "##ᅡ", "##ᆫ", "e"];

    public static TheoryData<string, string> Reference
    {
        get
        {
            TheoryData<string, string> data = [];
            foreach (ReferenceEmbedding item in ReferenceEmbedding.Load())
            {
                if (item.Group is "odd" or "language")
                    data.Add(item.Group, item.Text);
            }

            if (data.Count == 0)
                data.Add("odd", "absent");
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Reference))]
    public void Odd_texts_and_other_scripts_get_the_reference_ids(string group, string text)
    {
        WordPieceTokenizer tokenizer = OpenReal();
        ReferenceEmbedding item = ReferenceEmbedding.Load().First(r => r.Group == group && r.Text == text);
        Assert.Equal(item.Tokens, Encode(tokenizer, text));
    }

    [Fact]
    public void All_reference_texts_outside_special_get_their_ids()
    {
        WordPieceTokenizer tokenizer = OpenReal();
        foreach (ReferenceEmbedding item in ReferenceEmbedding.Load().Where(r => r.Group != "special"))
            Assert.Equal(item.Tokens, Encode(tokenizer, item.Text));
    }

    [Fact]
    public void Special_tokens_in_a_text_are_plain_text()
    {
        WordPieceTokenizer tokenizer = OpenReal();
        Assert.Equal(["[CLS]", "[", "mask", "]", "tape", "[SEP]"], Encode(tokenizer, "[MASK] tape").Select(tokenizer.PieceOf));
    }

    /// <summary>Symbols such as $ and ©, and the underscore, are left out of the alphabet: the other tokenizer treats them unlike the reference
    /// library.</summary>
    [Fact]
    public void Agrees_with_an_independent_tokenizer_on_latin_texts()
    {
        string vocabulary = TestData.Require("models", "all-MiniLM-L6-v2", "vocab.txt");
        WordPieceTokenizer ours = OpenReal();
        BertTokenizer theirs = BertTokenizer.Create(vocabulary, new BertOptions { RemoveNonSpacingMarks = true });
        string alphabet = "abcdefghijklmnopqrstuvwxyzABCXYZ0189 .,!?'\"()-/#&éÉüßñøŁČ“”—…";
        Gen.Char[alphabet].Array[0, 60].Select(c => new string(c)).Sample(
            text => Assert.Equal(theirs.EncodeToIds(text), Encode(ours, text)), iter: 5000);
    }

    [Theory]
    [InlineData("playing plays", "[CLS] play ##ing play ##s [SEP]")]
    [InlineData("PLAY!play", "[CLS] play ! play [SEP]")]
    [InlineData("play played", "[CLS] play [UNK] [SEP]")]
    [InlineData("Rós r\u00ados r\u200bo\u0301s", "[CLS] ros ros ros [SEP]")]
    [InlineData("p中中play", "[CLS] p 中 中 play [SEP]")]
    [InlineData("한", "[CLS] ᄒ ##ᅡ ##ᆫ [SEP]")]
    [InlineData("\ud800play\udc00", "[CLS] play [SEP]")]
    [InlineData("play\u2028play\u0085ing", "[CLS] play play ##ing [SEP]")]
    [InlineData("", "[CLS] [SEP]")]
    public void Words_split_into_the_longest_pieces(string text, string pieces)
    {
        WordPieceTokenizer tokenizer = Small();
        Assert.Equal(pieces, string.Join(' ', Encode(tokenizer, text).Select(tokenizer.PieceOf)));
    }

    [Fact]
    public void A_word_of_100_characters_is_split_and_one_of_101_is_unknown()
    {
        WordPieceTokenizer tokenizer = Small();
        Assert.Equal(102, Encode(tokenizer, "p" + new string('a', 99)).Length);
        Assert.Equal([tokenizer.Start, tokenizer.Unknown, tokenizer.End], Encode(tokenizer, "p" + new string('a', 100)));
        // Characters, not UTF-16 units: 51 letters outside the basic plane are one unknown word, but not for their length.
        Assert.Equal(3, Encode(tokenizer, string.Concat(Enumerable.Repeat("𝒳", 101))).Length);
    }

    [Fact]
    public void Room_is_never_exceeded_and_the_end_is_always_marked()
    {
        WordPieceTokenizer tokenizer = Small();
        Gen.Select(Gen.String[0, 200], Gen.Int[2, 40]).Sample((text, most) =>
        {
            int[] ids = new int[most];
            int count = tokenizer.Encode(text, ids);
            Assert.InRange(count, 2, most);
            Assert.Equal(tokenizer.Start, ids[0]);
            Assert.Equal(tokenizer.End, ids[count - 1]);
            int[] all = new int[1000];
            tokenizer.Encode(text, all);
            Assert.Equal(all[..(count - 1)], ids[..(count - 1)]);
        });
    }

    [Fact]
    public void A_megabyte_of_one_word_and_of_marks_is_quick_and_harmless()
    {
        WordPieceTokenizer tokenizer = Small();
        Assert.Equal([tokenizer.Start, tokenizer.Unknown, tokenizer.End], Encode(tokenizer, new string('é', 1 << 20)));
        Assert.Equal([tokenizer.Start, tokenizer.IdOf("e"), tokenizer.End], Encode(tokenizer, "e" + new string('\u0301', 1 << 20)));
    }

    [Fact]
    public void A_vocabulary_without_its_special_tokens_is_refused_by_name()
    {
        MemoryStream vocabulary = new("[PAD]\n[UNK]\nplay\n"u8.ToArray());
        DataException e = Assert.Throws<DataException>(() => WordPieceTokenizer.FromVocabulary(vocabulary, "x/vocab.txt"));
        Assert.Contains("x/vocab.txt: has no [CLS]", e.Message);
    }

    [Fact]
    public void Encoding_ascii_allocates_nothing()
    {
        WordPieceTokenizer tokenizer = Small();
        int[] ids = new int[64];
        string text = "playing, plays and some words that are not there!";
        tokenizer.Encode(text, ids);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            tokenizer.Encode(text, ids);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static WordPieceTokenizer Small() => WordPieceTokenizer.FromVocabulary(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', s_small) + "\n")));

    private static WordPieceTokenizer OpenReal()
    {
        using FileStream vocabulary = File.OpenRead(TestData.Require("models", "all-MiniLM-L6-v2", "vocab.txt"));
        return WordPieceTokenizer.FromVocabulary(vocabulary);
    }

    private static int[] Encode(WordPieceTokenizer tokenizer, string text)
    {
        int[] ids = new int[256];
        return ids[..tokenizer.Encode(text, ids)];
    }
}
