namespace Segue.Embedding;

/// <summary>An embedder cannot work at all: no server, no model, no key, or answers that make no sense. Trying other texts would not help.</summary>
internal sealed class EmbedderException(string message, Exception? inner = null) : SegueException(message, inner);

/// <summary>An embedder refused these texts, but may take others: a caller with many can narrow down which it was.</summary>
internal sealed class TextRejectedException(string message) : SegueException(message);
