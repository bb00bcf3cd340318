import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.File;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * Decodes each message of a file with Kafka's own classes and encodes it again in every version.
 *
 * In, repeated: name, version (2 bytes), length (4 bytes), bytes. Out, for each: whether it decoded (1 byte), lowest
 * and highest version (2 bytes each), and for each of these the length (4 bytes, -1 where the class refuses) and bytes.
 */
public class Parity {
    public static void main(String[] args) throws Exception {
        Map<String, Class<?>> classes = messageClasses();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(Path.of(args[0]))));
             DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(Path.of(args[1]))))) {
            while (true) {
                String name;
                try {
                    name = in.readUTF();
                } catch (EOFException end) {
                    return;
                }
                short version = in.readShort();
                byte[] bytes = in.readNBytes(in.readInt());
                judge(classes, name, version, bytes, out);
            }
        }
    }

    static void judge(Map<String, Class<?>> classes, String name, short version, byte[] bytes, DataOutputStream out)
            throws Exception {
        Class<?> type = classes.getOrDefault(name + "Data", classes.get(name));
        if (type == null) throw new IllegalStateException("no class for " + name);
        Message message = (Message) type.getDeclaredConstructor().newInstance();
        out.writeBoolean(read(message, bytes, version));
        out.writeShort(message.lowestSupportedVersion());
        out.writeShort(message.highestSupportedVersion());
        for (short v = message.lowestSupportedVersion(); v <= message.highestSupportedVersion(); v++) {
            byte[] again = write(message, v);
            out.writeInt(again == null ? -1 : again.length);
            if (again != null) out.write(again);
        }
    }

    static boolean read(Message message, byte[] bytes, short version) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try {
            message.read(new ByteBufferAccessor(buffer), version);
        } catch (RuntimeException refused) {
            return false;
        }
        return !buffer.hasRemaining();
    }

    /** Null where the class refuses, for whatever reason. */
    static byte[] write(Message message, short version) {
        try {
            ObjectSerializationCache cache = new ObjectSerializationCache();
            ByteBuffer buffer = ByteBuffer.allocate(message.size(cache, version));
            message.write(new ByteBufferAccessor(buffer), cache, version);
            return Arrays.copyOf(buffer.array(), buffer.position());
        } catch (RuntimeException refused) {
            return null;
        }
    }

    /** Every generated message class of Kafka's jars, by its simple name. */
    static Map<String, Class<?>> messageClasses() throws Exception {
        Map<String, Class<?>> found = new HashMap<>();
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!new File(path).getName().startsWith("kafka")) continue;
            try (JarFile jar = new JarFile(path)) {
                for (Enumeration<JarEntry> e = jar.entries(); e.hasMoreElements();) {
                    String entry = e.nextElement().getName();
                    boolean generated = entry.contains("/message/") || entry.contains("/metadata/")
                        || entry.contains("/generated/");
                    if (!generated || !entry.endsWith(".class") || entry.contains("$")) continue;
                    String name = entry.substring(0, entry.length() - 6).replace('/', '.');
                    Class<?> type = Class.forName(name, false, Parity.class.getClassLoader());
                    if (!type.isInterface() && Message.class.isAssignableFrom(type)) found.put(type.getSimpleName(), type);
                }
            }
        }
        return found;
    }
}
