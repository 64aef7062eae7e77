using System.IO.Hashing;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Segue.Interactions;

namespace Segue.Factorization;

/// <summary>One side of a problem as the row solver sees it: each row's interactions, how its Gramian is scaled, and its ridge.</summary>
internal sealed record AlsSide(CsrMatrix Confidence, float[] ZeroWeight, float[] Ridge)
{
    public int Count => Confidence.Rows;
}

/// <summary>
/// An objective, reduced to what its linear systems are made of. With z the zeros' weights of both sides, row u solves
/// <code>A x = b,   A = zᵤ Σⱼ zⱼ yⱼyⱼ' + Σ_S (c − shift) yⱼyⱼ' + ridgeᵤ I,   b = Σ_S c yⱼ</code>
/// and the loss that both sides descend is  Σ_S (c (p − 1)² − shift p²) + Σᵤᵢ zᵤzᵢ p² + Σ ridge |.|².
/// Classic: z = 1, shift = 1 (an observed cell has no zero). IAls: zᵤ = 1, zᵢ = w₀bᵢ, shift = 0 (every cell has one).
/// </summary>
internal sealed class AlsProblem
{
    private const float ConfidenceMin = 1e-12f, ConfidenceMax = 1e12f;

    private string? _key;

    private AlsProblem(AlsOptions options, AlsSide users, AlsSide artists, float shift, float scale, double totalWeight) =>
        (Options, Users, Artists, Shift, Scale, TotalWeight) = (options, users, artists, shift, scale, totalWeight);

    /// <summary>The options with nothing left to the data.</summary>
    public AlsOptions Options { get; }

    public AlsSide Users { get; }

    public AlsSide Artists { get; }

    /// <summary>What is taken off a confidence where it stands in A.</summary>
    public float Shift { get; }

    /// <summary>
    /// What log and linear confidences are multiplied by. IAls: one over their mean over the training, so that a play weighs 1 on average and w₀ and
    /// λ mean the same for every kind (rank and binary have that mean by themselves). Classic: 1, as the reference has it.
    /// </summary>
    public float Scale { get; }

    /// <summary>The weights of all cells together: losses are divided by it, so that data sets and settings compare.</summary>
    public double TotalWeight { get; }

    /// <param name="asked">May leave numbers to the data.</param>
    /// <exception cref="SegueException">There is nothing to learn from.</exception>
    public static AlsProblem Build(CsrMatrix counts, AlsOptions asked, AlsSideRows? side = null)
    {
        AlsOptions options = asked.ResolvedFor(counts);
        if (!options.IsResolved())
            throw new SegueException("there is nothing to learn from: no user has played any artist");
        (float zeroWeight, float exponent) = (options.ZeroWeight!.Value, options.PopularityExponent!.Value);
        CsrMatrix heard = Confidences(counts, options, out float scale), confidence = side?.Below(heard) ?? heard;
        CsrMatrix byArtist = confidence.Transpose();
        bool classic = options.Objective == AlsObjective.Classic;
        float[] artistZeros = new float[byArtist.Rows];
        double sum = 0;
        for (int i = 0; i < artistZeros.Length; i++)
            sum += artistZeros[i] = classic ? 1 : MathF.Pow(byArtist.RowLength(i) + 1, exponent);
        for (int i = 0; i < artistZeros.Length && !classic; i++)
            artistZeros[i] *= (float)(zeroWeight * artistZeros.Length / sum);

        // 1 for a user, less for a side row.
        float[] userZeros = new float[confidence.Rows];
        Array.Fill(userZeros, 1);
        userZeros.AsSpan(counts.Rows).Fill(side?.ZeroWeight ?? 1);
        float[] userRidge = new float[confidence.Rows], artistRidge = new float[byArtist.Rows];
        for (int u = 0; u < userRidge.Length; u++)
            userRidge[u] = Ridge(options, confidence.RowLength(u) + ((double)userZeros[u] * zeroWeight * byArtist.Rows));
        for (int i = 0; i < artistRidge.Length; i++)
            artistRidge[i] = Ridge(options, byArtist.RowLength(i) + ((double)artistZeros[i] * counts.Rows)); // Zeros of side rows left out: 0.004 better on Last.fm-2K.

        float shift = classic ? 1 : 0;
        double zeros = classic ? artistZeros.Length : zeroWeight * (double)artistZeros.Length;
        double total = (zeros * userZeros.Sum(z => (double)z)) - (shift * (double)confidence.Nonzeros);
        foreach (float c in confidence.Values.Span)
            total += c;
        return new AlsProblem(options, new AlsSide(confidence, userZeros, userRidge), new AlsSide(byArtist, artistZeros, artistRidge), shift, scale, total);
    }

    /// <summary>A fingerprint of everything that decides the course of a training, the same in every language of the system.</summary>
    public string Key => _key ??= ComputeKey();

    /// <summary>The ridge of a listener who has heard <paramref name="heard"/> artists of <paramref name="artists"/>.</summary>
    public static float UserRidge(AlsOptions options, int heard, int artists) => Ridge(options, heard + ((double)options.ZeroWeight!.Value * artists));

    /// <summary>Confidences of one listener's plays, all positive. A row stands alone: a listener outside the training gets what one inside
    /// would.</summary>
    public static void Confidences(AlsOptions options, float scale, ReadOnlySpan<float> plays, Span<float> confidence)
    {
        switch (options.Confidence)
        {
            case AlsConfidence.Rank:
                Ranks(plays, confidence);
                foreach (ref float c in confidence)
                    c = options.Alpha * (0.5f + c);
                break;
            case AlsConfidence.Log:
                for (int k = 0; k < plays.Length; k++)
                    confidence[k] = scale * options.Alpha * (float)double.LogP1(plays[k]);
                break;
            case AlsConfidence.Linear:
                for (int k = 0; k < plays.Length; k++)
                    confidence[k] = scale * options.Alpha * plays[k];
                break;
            default:
                confidence.Fill(options.Alpha);
                break;
        }

        // Products of finite numbers may leave float32; a weight that large is as sure as any.
        foreach (ref float c in confidence)
            c = Math.Clamp(c, ConfidenceMin, ConfidenceMax);
    }

    /// <summary>(rank − ½) / n by plays, ascending; equal plays share the mean of their ranks, so that all-equal plays give ½ each.</summary>
    private static void Ranks(ReadOnlySpan<float> plays, Span<float> ranks)
    {
        int n = plays.Length;
        float[] sorted = plays.ToArray();
        int[] order = new int[n];
        for (int k = 0; k < n; k++)
            order[k] = k;
        Array.Sort(sorted, order);
        for (int from = 0; from < n;)
        {
            int to = from + 1;
            while (to < n && sorted[to] == sorted[from])
                to++;
            for (int k = from; k < to; k++)
                ranks[order[k]] = (from + to) / (2f * n);
            from = to;
        }
    }

    private static float Ridge(AlsOptions options, double weight) => options.Objective == AlsObjective.Classic
        ? options.Regularization!.Value
        : (float)(options.Regularization!.Value * Math.Pow(weight, options.RegularizationExponent));

    /// <summary>Cells with plays only: "0 plays" is the absence of an observation.</summary>
    private static CsrMatrix Confidences(CsrMatrix counts, AlsOptions options, out float scale)
    {
        CsrMatrix heard = WithoutZeros(counts);
        scale = 1;
        if (options is { Objective: AlsObjective.IAls, Confidence: AlsConfidence.Log or AlsConfidence.Linear })
        {
            double sum = 0;
            foreach (float plays in heard.Values.Span)
                sum += options.Confidence == AlsConfidence.Log ? double.LogP1(plays) : plays;
            scale = sum > 0 ? (float)(heard.Nonzeros / sum) : 1;
        }

        // Raw plays are their own confidences: no second copy of them (70 MB of 17.5 M).
        if (options.Confidence == AlsConfidence.Linear && scale * options.Alpha == 1 && AreConfidences(heard.Values.Span))
            return heard;
        float[] values = new float[heard.Nonzeros];
        for (int u = 0; u < heard.Rows; u++)
            Confidences(options, scale, heard.RowValues(u), values.AsSpan(heard.Starts.Span[u], heard.RowLength(u)));
        return heard.WithValues(values);
    }

    /// <summary>The options that the factors of an iteration depend on.</summary>
    private AlsOptions KeyOptions => Options with { Threads = 0, Iterations = 1, LastUserStep = false, OutsiderRidge = 1 };

    private string ComputeKey()
    {
        XxHash128 hash = new();
        hash.Append(JsonSerializer.SerializeToUtf8Bytes(KeyOptions, AlsKeyJson.Default.AlsOptions));
        hash.Append(MemoryMarshal.AsBytes(Users.Confidence.Starts.Span));
        hash.Append(MemoryMarshal.AsBytes(Users.Confidence.Indices.Span));
        hash.Append(MemoryMarshal.AsBytes(Users.Confidence.Values.Span));
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static bool AreConfidences(ReadOnlySpan<float> values) =>
        !values.IsEmpty && TensorPrimitives.Min(values) >= ConfidenceMin && TensorPrimitives.Max(values) <= ConfidenceMax;

    private static CsrMatrix WithoutZeros(CsrMatrix counts)
    {
        if (!counts.Values.Span.Contains(0f))
            return counts;
        int[] starts = new int[counts.Rows + 1];
        List<int> indices = [];
        List<float> values = [];
        for (int u = 0; u < counts.Rows; u++)
        {
            for (int k = 0; k < counts.RowLength(u); k++)
            {
                if (counts.RowValues(u)[k] == 0)
                    continue;
                indices.Add(counts.RowIndices(u)[k]);
                values.Add(counts.RowValues(u)[k]);
            }

            starts[u + 1] = indices.Count;
        }

        return new CsrMatrix(counts.Rows, counts.Columns, starts, indices.ToArray(), values.ToArray());
    }
}

/// <summary>Options as bytes that are only hashed, enums as numbers: checkpoints carry the hash.</summary>
[JsonSerializable(typeof(AlsOptions))]
internal sealed partial class AlsKeyJson : JsonSerializerContext;
