using System.Runtime.InteropServices;
using System.Text;

namespace Segue.Cli;

/// <summary>Nobody reads the answer any more: the other end of the pipe was closed, as 'head' does.</summary>
internal sealed class ReaderGoneException() : IOException("nobody reads the answer any more");

/// <summary>
/// Standard output and error as the system gives them. .NET's own streams say nothing of a reader that is gone, so that a command computes for
/// nobody; and where a stream was closed by the caller (<c>>&amp;-</c>) they write into whatever file is opened next under its number.
/// </summary>
internal sealed partial class StandardStream : Stream
{
    public const int Output = 1, Error = 2;

    private const int GetDescriptorFlags = 1, CloseOnExec = 1; // F_GETFD, FD_CLOEXEC: the same on Linux and macOS.
    private const int Interrupted = 4, BrokenPipe = 32; // EINTR, EPIPE: too.

    private readonly int _descriptor;

    private StandardStream(int descriptor) => _descriptor = descriptor;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>A writer to one of the two; to nowhere where the caller closed it.</summary>
    public static TextWriter Open(int descriptor)
    {
        if (OperatingSystem.IsWindows())
            return descriptor == Output ? Console.Out : Console.Error;
        UTF8Encoding utf8 = new(encoderShouldEmitUTF8Identifier: false);
        return IsClosed(descriptor) ? TextWriter.Null : new StreamWriter(new StandardStream(descriptor), utf8) { AutoFlush = true, NewLine = "\n" };
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written = WriteSome(_descriptor, buffer, buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error == BrokenPipe)
                throw new ReaderGoneException();
            if (error == TryAgain)
                Thread.Sleep(1); // A terminal or pipe that another program set to not block.
            else if (error != Interrupted)
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static int TryAgain => OperatingSystem.IsMacOS() ? 35 : 11; // EAGAIN

    /// <summary>
    /// Whether the caller gave no such stream. A descriptor that is inherited lacks close-on-exec; one that has it was opened since by the runtime,
    /// under the number that was free.
    /// </summary>
    private static bool IsClosed(int descriptor)
    {
        int flags = DescriptorFlags(descriptor, GetDescriptorFlags);
        return flags < 0 || (flags & CloseOnExec) != 0;
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteSome(int descriptor, ReadOnlySpan<byte> buffer, nint count);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int DescriptorFlags(int descriptor, int command);
}
