using System.Text.Json;
using System.Text.Json.Nodes;
using Segue.Embedding;

namespace Segue.Tests;

/// <summary>
/// Answers as Ollama 0.13.5 does (shared/reference/ollama/exchanges.json; <c>EmbeddingOllamaTests</c> compares them one by one), with invented
/// vectors of 8 dimensions that depend on the text alone. It has the model all-minilm, and gets "pullable" when asked.
/// </summary>
internal static class EmbeddingFakes
{
    public const int Dimensions = 8, ContextChars = 2000;

    public static Func<DoubleRequest, DoubleAnswer> Ollama(string version = "0.13.5")
    {
        HashSet<string> models = ["all-minilm:latest"];
        return request => (request.Method, request.Path) switch
        {
            ("GET", "/") => new DoubleAnswer(200, "Ollama is running", "text/plain; charset=utf-8"),
            ("GET", "/api/version") => Json(new { version }),
            ("GET", "/api/tags") => Json(new { models = models.Select(name => new { name, model = name, digest = "6cf97aa9ab2e7b3b0dc526238904e189" }) }),
            ("POST", "/api/embed") => Embed(request.Body, models),
            ("GET", "/api/embed") => new DoubleAnswer(405, "405 method not allowed", "text/plain"),
            ("POST", "/api/pull") => Pull(request.Body, models),
            ("POST", "/v1/embeddings") => EmbedAsOpenAI(request.Body, models),
            _ => new DoubleAnswer(404, "404 page not found", "text/plain"),
        };
    }

    /// <summary>A unit vector that depends on the text.</summary>
    public static float[] VectorOf(string text)
    {
        Random random = new((int)(uint)EmbeddingCache.KeyOf(text));
        float[] vector = [.. Enumerable.Range(0, Dimensions).Select(_ => random.NextSingle() - 0.5f)];
        float norm = MathF.Sqrt(vector.Sum(v => v * v));
        return [.. vector.Select(v => v / norm)];
    }

    public static DoubleAnswer Json(object body, int status = 200) => new(status, JsonSerializer.Serialize(body));

    private static DoubleAnswer Embed(string body, HashSet<string> models)
    {
        if (body.Length == 0)
            return Json(new { error = "missing request body" }, 400);
        JsonNode? json;
        try
        {
            json = JsonNode.Parse(body);
        }
        catch (JsonException)
        {
            return Json(new { error = "unexpected EOF" }, 400);
        }

        string model = (string?)json!["model"] ?? "";
        if (!models.Contains(model.Contains(':') ? model : model + ":latest"))
            return Json(new { error = $"model \"{model}\" not found, try pulling it first" }, 404);
        string[] texts;
        switch (json["input"])
        {
            case null or JsonValue when (string?)json["input"] is null or "":
                texts = [];
                break;
            case JsonValue one:
                texts = [(string)one!];
                break;
            case JsonArray list when list.All(t => t?.GetValueKind() == JsonValueKind.String):
                texts = [.. list.Select(t => (string)t!)];
                break;
            default:
                return Json(new { error = "invalid input type" }, 400);
        }

        if ((bool?)json["truncate"] == false && texts.Any(t => t.Length > ContextChars))
            return Json(new { error = "the input length exceeds the context length" }, 400);
        int dimensions = (int?)json["dimensions"] ?? Dimensions;
        var embeddings = texts.Select(t => VectorOf(t)[..Math.Min(dimensions, Dimensions)]);
        return Json(new { model, embeddings, total_duration = 1, load_duration = 1, prompt_eval_count = 3 });
    }

    private static DoubleAnswer EmbedAsOpenAI(string body, HashSet<string> models)
    {
        DoubleAnswer answer = Embed(body, models);
        JsonNode json = JsonNode.Parse(answer.Body)!;
        if (answer.Status != 200)
            return Json(new { error = new { message = (string?)json["error"], type = "api_error" } }, answer.Status);
        // Last first: the order is said by the indexes.
        var data = json["embeddings"]!.AsArray().Select((e, index) => new { @object = "embedding", embedding = e, index }).Reverse();
        return Json(new { @object = "list", data, model = (string?)json["model"] });
    }

    private static DoubleAnswer Pull(string body, HashSet<string> models)
    {
        string model = (string?)JsonNode.Parse(body)!["model"] ?? "";
        if (!model.StartsWith("pullable", StringComparison.Ordinal))
        {
            return new DoubleAnswer(200, "{\"status\":\"pulling manifest\"}\n"
                + "{\"error\":\"pull model manifest: Get \\\"https://REGISTRY/\\\": dial tcp: lookup failed: no such host\"}\n", "application/x-ndjson");
        }

        models.Add(model + ":latest");
        return new DoubleAnswer(200, """
            {"status":"pulling manifest"}
            {"status":"pulling 6cf97aa9","digest":"sha256:6cf97aa9","total":45949702,"completed":1048576}
            {"status":"pulling 6cf97aa9","digest":"sha256:6cf97aa9","total":45949702,"completed":45949702}
            {"status":"verifying sha256 digest"}
            {"status":"success"}
            """, "application/x-ndjson");
    }
}
