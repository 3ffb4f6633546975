// Runs mongo-java-server on 127.0.0.1. usage: java -cp 'lib/*' Main.java PORT [H2_FILE]
// Without H2_FILE data lives in memory only; with it, in that file, and survives a restart.
import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.backend.memory.MemoryDatabase;
import de.bwaldvogel.mongo.backend.memory.index.MemoryUniqueIndex;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import org.h2.mvstore.MVStore;

public class Main {
    /** The library itself reports 3.x; current drivers refuse anything below wire version 9. */
    static final class Reports70 implements MongoVersion {
        @Override public List<Integer> getVersionArray() { return List.of(7, 0, 0); }
        @Override public int getWireVersion() { return 21; }
    }

    public static void main(String[] args) {
        int port = Integer.parseInt(args[0]);
        MongoBackend backend = args.length > 1 ? h2(args[1]) : memory();
        MongoServer server = new MongoServer(backend.version(new Reports70()));
        if ("1".equals(System.getenv("MONGODB_OPLOG"))) server.enableOplog(); // change streams; stores every write again
        server.bind("127.0.0.1", port);
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
        System.out.println("listening on 127.0.0.1:" + port);
    }

    /**
     * The library looks a document up by its `_id` only where a filter names nothing else, and reads the whole collection for
     * `{_id: 1, state: 'open'}`, which MongoDB answers from the index of `_id`. Here it does so too.
     */
    static MemoryBackend memory() {
        return new MemoryBackend() {
            @Override public MemoryDatabase openOrCreateDatabase(String name) {
                return new DatabaseById(name, getCursorRegistry());
            }
        };
    }

    static final class DatabaseById extends MemoryDatabase {
        DatabaseById(String name, CursorRegistry cursors) {
            super(name, cursors);
        }

        @Override protected Index<Integer> openOrCreateUniqueIndex(
                String collection, String index, List<IndexKey> keys, boolean isSparse) {
            boolean isOfId = keys.size() == 1 && keys.get(0).getKey().equals("_id");
            return isOfId ? new IndexOfId(index, keys) : super.openOrCreateUniqueIndex(collection, index, keys, isSparse);
        }
    }

    /** What it finds is then compared with the whole filter, by the library. */
    static final class IndexOfId extends MemoryUniqueIndex {
        IndexOfId(String name, List<IndexKey> keys) {
            super(name, keys, false);
        }

        @Override public synchronized boolean canHandle(Document filter) {
            return filter.containsKey("_id") && super.canHandle(new Document("_id", filter.get("_id")));
        }
    }

    /** H2 writes to its file in the background; a kill -9 loses what is newer than this delay (H2's default is 1 s). */
    static H2Backend h2(String file) {
        MVStore store = new MVStore.Builder().fileName(file).open();
        store.setAutoCommitDelay(Integer.parseInt(System.getenv().getOrDefault("MONGODB_H2_COMMIT_MS", "20")));
        return new H2Backend(store);
    }
}
