using Segue.Embedding;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a model's own settings are obeyed or refused, and two models whose vectors differ have two names. Method: folders laid out as publishers do,
/// with one setting at a time changed. Seen to fail: a dense layer that was left out, and weights beside the network that changed under one name.
/// </summary>
public sealed class SentenceTransformerTests
{
    private const string Usual = """
        [{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
        {"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
        {"idx":2,"name":"2","path":"2_Normalize","type":"sentence_transformers.models.Normalize"}]
        """;

    [Theory]
    [InlineData("""{"pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": false}""", nameof(Pooling.Mean))]
    [InlineData("""{"pooling_mode_cls_token": true}""", nameof(Pooling.FirstToken))]
    public void The_steps_that_are_known_are_obeyed(string pooling, string expected)
    {
        using ScratchFolder model = Laid(Usual, pooling);
        Assert.Equal(expected, SentenceTransformer.Open(model.Path).Pooling.ToString());
        model.Write("modules.json", Usual.Replace("1_Pooling", "pool"));
        Directory.Move(model.File("1_Pooling"), model.File("pool"));
        Assert.Equal(expected, SentenceTransformer.Open(model.Path).Pooling.ToString());
        File.Delete(model.File("modules.json"));
        Assert.Equal(Pooling.Mean, SentenceTransformer.Open(model.Path).Pooling);
    }

    [Theory]
    [InlineData("Normalize", "Dense", "lists a step 'Dense'")]
    [InlineData("models.Normalize", "models.Pooling", "lists the steps Transformer, Pooling, Pooling")]
    [InlineData("\"idx\":1", "\"idx\":7", "lists the steps Transformer, Normalize, Pooling")]
    [InlineData("\"idx\":1", "\"idx\":\"1\"", "is no list of a sentence-transformer's steps")]
    [InlineData("\"path\":\"1_Pooling\"", "\"path\":null", "is no list of a sentence-transformer's steps")]
    [InlineData("[{", "{", "cannot be read as JSON")]
    public void Any_other_step_is_refused(string what, string by, string problem)
    {
        using ScratchFolder model = Laid(Usual.Replace(what, by), """{"pooling_mode_mean_tokens": true}""");
        ModelFileException e = Assert.Throws<ModelFileException>(() => SentenceTransformer.Open(model.Path));
        Assert.Contains(problem, e.Message);
        Assert.EndsWith("modules.json", e.Path);
    }

    [Theory]
    [InlineData("""{"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true}""")]
    [InlineData("""{"pooling_mode_lasttoken": true}""")]
    [InlineData("""{"pooling_mode_mean_tokens": false}""")]
    public void Poolings_that_are_not_one_of_two_are_refused(string pooling)
    {
        using ScratchFolder model = Laid(Usual, pooling);
        Assert.Contains("a pooling other than mean or [CLS]", Assert.Throws<ModelFileException>(() => SentenceTransformer.Open(model.Path)).Message);
    }

    [Fact]
    public void A_prompt_before_every_text_is_refused()
    {
        using ScratchFolder model = Laid(Usual, """{"pooling_mode_mean_tokens": true}""");
        model.Write("config_sentence_transformers.json", """{"prompts": {"query": "query: "}, "default_prompt_name": null}""");
        SentenceTransformer.Open(model.Path);
        model.Write("config_sentence_transformers.json", """{"prompts": {"query": "query: "}, "default_prompt_name": "query"}""");
        Assert.Contains("the prompt 'query'", Assert.Throws<ModelFileException>(() => SentenceTransformer.Open(model.Path)).Message);
    }

    [Fact]
    public void What_changes_vectors_changes_the_name()
    {
        using ScratchFolder model = Laid(Usual, """{"pooling_mode_mean_tokens": true}""");
        HashSet<string> names = [Name()];
        model.Write("weights.bin", "the weights");
        Assert.False(names.Add(Name()), "a file that the network does not name");
        model.Write("model.onnx", $"graph{new string('.', (1 << 20) - 12)}\n\blocation\u0012\u000bweights.bin...");
        Assert.True(names.Add(Name()));
        model.Write("weights.bin", "the Weights");
        Assert.True(names.Add(Name()), "weights beside the network");
        model.Write("1_Pooling/config.json", """{"pooling_mode_cls_token": true}""");
        Assert.True(names.Add(Name()), "pooling");
        model.Write("sentence_bert_config.json", """{"max_seq_length": 128}""");
        Assert.True(names.Add(Name()), "length");

        string Name() => Fingerprint.OfModel(SentenceTransformer.Open(model.Path));
    }

    private static ScratchFolder Laid(string modules, string pooling)
    {
        ScratchFolder model = new();
        Directory.CreateDirectory(model.File("1_Pooling"));
        model.Write("model.onnx", "a network");
        model.Write("vocab.txt", "[PAD]\n");
        model.Write("modules.json", modules);
        model.Write("1_Pooling/config.json", pooling);
        return model;
    }
}
