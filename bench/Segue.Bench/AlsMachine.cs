using System.Diagnostics;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using Segue.Numerics;

namespace Segue.Bench;

/// <summary>What the machine can do right now, measured beside every timing: two virtual cores are sometimes two threads of one.</summary>
internal static class AlsMachine
{
    public static string Cpu() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown"
        : "unknown";

    /// <summary>Multiply-adds of 256 bits from registers, in GFLOP/s.</summary>
    public static double FmaGflops(int threads)
    {
        using Workers workers = new(threads);
        const int rounds = 20_000_000;
        float[] sink = new float[threads * 16];
        double best = 0;
        for (int attempt = 0; attempt < 3; attempt++)
        {
            long start = Stopwatch.GetTimestamp();
            workers.Run(threads, (_, piece) => sink[piece * 16] = Chains(rounds));
            best = Math.Max(best, threads * (rounds * 10.0 * 16) / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
        }

        return best;
    }

    /// <summary>Reading memory that no cache holds, front to back, in GB/s.</summary>
    public static double ReadGigabytes(int threads)
    {
        using Workers workers = new(threads);
        const int blockValues = 1 << 20, blocks = 128;
        float[] memory = GC.AllocateUninitializedArray<float>(blockValues * blocks);
        float[] sums = new float[blocks];
        Array.Fill(memory, 1);
        double best = 0;
        for (int attempt = 0; attempt < 3; attempt++)
        {
            long start = Stopwatch.GetTimestamp();
            workers.Run(blocks, (_, block) => sums[block] = TensorPrimitives.Sum(memory.AsSpan(block * blockValues, blockValues)));
            best = Math.Max(best, sizeof(float) * (double)memory.Length / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
        }

        return best;
    }

    /// <summary>The most memory this process has had at a time, in bytes.</summary>
    public static long PeakBytes()
    {
        if (!File.Exists("/proc/self/status"))
            return Process.GetCurrentProcess().PeakWorkingSet64;
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM", StringComparison.Ordinal));
        return long.Parse(string.Concat(line.Where(char.IsAsciiDigit))) * 1024;
    }

    private static float Chains(int rounds)
    {
        Vector256<float> m = Vector256.Create(0.999f), a = Vector256.Create(0.001f);
        Vector256<float> s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a;
        for (int k = 0; k < rounds; k++)
        {
            s0 = Vector256.MultiplyAddEstimate(s0, m, a);
            s1 = Vector256.MultiplyAddEstimate(s1, m, a);
            s2 = Vector256.MultiplyAddEstimate(s2, m, a);
            s3 = Vector256.MultiplyAddEstimate(s3, m, a);
            s4 = Vector256.MultiplyAddEstimate(s4, m, a);
            s5 = Vector256.MultiplyAddEstimate(s5, m, a);
            s6 = Vector256.MultiplyAddEstimate(s6, m, a);
            s7 = Vector256.MultiplyAddEstimate(s7, m, a);
            s8 = Vector256.MultiplyAddEstimate(s8, m, a);
            s9 = Vector256.MultiplyAddEstimate(s9, m, a);
        }

        return Vector256.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9);
    }
}
